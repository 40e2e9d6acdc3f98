//! The shared limiter: one compare-and-swap on one word, and what it needs only when that says no.

use std::borrow::Borrow;
use std::fmt;

use once_cell::race::OnceBox;

use super::cost::{Cost, One};
use super::gcra::{Decision, Early, Gcra, GcraCell};
use super::turns::{Bucket, QUEUED, TurnQueue};
use super::waiting::Start;
use super::{RateLimitConfig, RateLimiterTotals};
use crate::check;
use crate::clock;
use crate::current::{self, Configured, Current};
use crate::kind::PolicyKind;
use crate::mode::{Mode, ModeCell};
use crate::name::{Identity, Name, Origin};
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::striped::StripedCounter;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Limits how many calls begin in a time window.
///
/// The attribute [`rate_limit`](macro@crate::rate_limit) is the usual way to use it; this is the same by hand.
///
/// ```
/// use resilience::{RateLimitConfig, RateLimiter};
///
/// static API: RateLimiter = RateLimiter::new("api", RateLimitConfig::new().rate("2/h"));
///
/// assert!(API.try_acquire().is_ok());
/// assert!(API.try_acquire().is_ok());
/// let rejected = API.try_acquire().unwrap_err();
/// assert!(rejected.retry_after().unwrap() <= std::time::Duration::from_secs(1_800));
/// ```
///
/// # Semantics
///
/// A token bucket: it holds `burst` tokens, is full at first, and gets one token per `period / count`. A call that finds
/// its token takes it and begins. One that finds none is rejected with [`Rejection::RateLimited`] and consumes nothing:
/// a client that hammers still gets its rate.
///
/// With `max_wait`, a call that comes too early waits for its turn instead, in order of arrival. It takes its token when
/// its turn comes, and not before: a caller that leaves frees its place, and those behind it move up. Nobody overtakes,
/// not even a call that never waits. A call whose turn would come after `max_wait`, or at or after the
/// [`deadline`](crate::deadline) in force, is rejected at once. After a time in which no call could begin (a busy
/// thread) at most `burst` calls begin together, and the others at the rate.
///
/// `"10/s"`, `burst = 1`, `max_wait = "1s"`; callers A to D come at 0, B gives up at 50 ms:
///
/// ```text
/// ms   0          50         100        200
///      A begins   B leaves   C begins   D begins
/// ```
///
/// A call may [`cost`](Self::cost) more than one token. One that costs more than `burst` is rejected without
/// `retry_after`, because no wait would do.
///
/// The algorithm is GCRA, exact to the nanosecond per call, in one atomic word. Its clock is the processor's own counter
/// where that is reliable; the first limited call of a program may take a millisecond to get to know it.
///
/// # Defaults
///
/// | option | default |
/// |---|---|
/// | `rate` | none: it must be given |
/// | `burst` | the rate's count |
/// | `max_wait` | off: reject at once |
///
/// # Cancellation
///
/// A call that is dropped while it waits leaves the queue. A token that was taken is not given back: the call has begun.
/// A future that is kept without being polled after its turn has come loses its place after 100 ms, and waits again at
/// the end of the queue when it is polled.
///
/// # Panics
///
/// Waiting needs a tokio runtime with its timer enabled, as [`tokio::time::sleep`] does.
///
/// # Types
///
/// `L` is where its limit lies: in itself, unless it is one of the many of a [`Keyed`](crate::Keyed), which share theirs.
// In this order: what every call reads comes first, in one cache line; one limiter per key may mean many of them.
#[repr(C)]
pub struct RateLimiter<L: Borrow<Limit> = Limit> {
    /// The theoretical arrival time, and [`QUEUED`].
    word: AtomicU64,
    limit: L,
    aside: OnceBox<Aside>,
}

/// What a limiter needs that has rejected a call, or let one wait.
#[derive(Default)]
struct Aside {
    rejected: StripedCounter,
    waited: AtomicU64,
    queue: OnceBox<TurnQueue>,
}

/// What a [`RateLimiter`] is told, and doesn't count: each has its own, but those of the keys of a
/// [`Keyed`](crate::Keyed) share one.
#[repr(C)]
pub struct Limit {
    /// As calls need it; closed while it is not enforced.
    gcra: GcraCell,
    identity: Identity,
    config: Current<RateLimitConfig>,
    mode: ModeCell,
}

impl Limit {
    #[track_caller]
    pub(crate) const fn new(identity: Identity, config: RateLimitConfig) -> Self {
        check::no_problem(config.problem());
        let gcra = GcraCell::new(gcra(&config));
        Self { gcra, identity, config: Current::new(config), mode: ModeCell::new() }
    }

    /// The limit in force, enforced or not.
    fn gcra(&self) -> Gcra {
        gcra(self.config.get())
    }

    fn derive(&self) {
        let gcra = self.gcra();
        self.gcra.set(if self.mode.get() == Mode::Enforce { gcra } else { gcra.closed() });
    }

    pub(crate) fn config(&self) -> &RateLimitConfig {
        self.config.get()
    }
}

const fn gcra(config: &RateLimitConfig) -> Gcra {
    let (rate, burst) = config.limits();
    Gcra::new(rate.interval(), burst)
}

impl Configured for Limit {
    type Config = RateLimitConfig;

    fn current(&self) -> &Current<RateLimitConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, config: RateLimitConfig) -> Result<(), Problem> {
        self.config.set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        self.derive();
    }
}

impl Configured for RateLimiter {
    type Config = RateLimitConfig;

    fn current(&self) -> &Current<RateLimitConfig> {
        &self.limit.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.limit.mode)
    }

    /// Used turns stay used.
    fn put(&self, config: RateLimitConfig) -> Result<(), Problem> {
        let (old, new) = (self.limit.gcra(), gcra(&config));
        self.limit.put(config)?;
        if old != new {
            let now = clock::counter();
            let translate = |word| {
                let (arrival, queued) = (word & !QUEUED, word & QUEUED);
                Some(old.translate(arrival, now, new) | queued)
            };
            let _ = self.word.fetch_update(Relaxed, Relaxed, translate);
        }
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.limit.put_mode(mode);
    }
}

impl RateLimiter {
    /// A limiter of that name.
    ///
    /// # Panics
    /// When the rate is missing or options contradict each other; in a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, config: RateLimitConfig) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit), config)
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: RateLimitConfig) -> Self {
        Self::within(Limit::new(identity, config))
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.limit.identity
    }

    /// Puts other options in force, from now on. Used turns stay used, up to the new burst; calls that wait keep their
    /// places.
    ///
    /// # Errors
    /// When the rate is missing or options contradict each other; nothing is changed then.
    pub fn reconfigure(&self, config: RateLimitConfig) -> Result<(), Problem> {
        current::reconfigure(self, config.problem(), config)
    }

    /// Enforces the rate, only counts the calls above it, or does nothing.
    ///
    /// # Errors
    /// None: a rate limit has every mode.
    pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
        current::set_mode(self, PolicyKind::RateLimiter, mode)
    }
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    pub(crate) const fn within(limit: L) -> Self {
        Self { word: AtomicU64::new(0), limit, aside: OnceBox::new() }
    }

    #[inline]
    fn limit(&self) -> &Limit {
        self.limit.borrow()
    }

    /// The limit in force, enforced or not.
    fn gcra(&self) -> Gcra {
        self.limit().gcra()
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.limit().identity.name()
    }

    /// The options in force.
    #[must_use]
    pub fn config(&self) -> &RateLimitConfig {
        self.limit().config()
    }

    /// Whether it enforces what it decides.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.limit().mode.get()
    }

    /// How many calls came above the rate while it only observed; of a key, those of all keys.
    #[must_use]
    pub fn would_reject(&self) -> u64 {
        self.limit().mode.counts().0
    }

    /// How many calls passed untouched while it was off; of a key, those of all keys.
    #[must_use]
    pub fn bypassed(&self) -> u64 {
        self.limit().mode.counts().1
    }

    /// Gives every turn back, and forgets what it counted. Calls that wait keep their places.
    pub fn reset(&self) {
        let _ = self.word.fetch_update(Relaxed, Relaxed, |word| Some(word & QUEUED));
        if let Some(aside) = self.aside.get() {
            aside.rejected.reset();
            aside.waited.store(0, Relaxed);
        }
        self.limit().mode.reset();
    }

    /// What it did so far.
    #[must_use]
    pub fn totals(&self) -> RateLimiterTotals {
        self.aside.get().map_or_else(RateLimiterTotals::default, |aside| RateLimiterTotals {
            rejected: aside.rejected.get(),
            waited: aside.waited.load(Relaxed),
        })
    }

    /// How many calls would pass right now; none while callers wait.
    #[must_use]
    pub fn available(&self) -> u64 {
        self.gcra().available(self.word.load(Relaxed), clock::counter())
    }

    /// Whether a whole burst would pass right now.
    pub(crate) fn is_full(&self) -> bool {
        self.word.load(Relaxed) <= clock::counter()
    }

    /// Lets one call pass, or not; it never waits.
    ///
    /// # Errors
    /// [`Rejection::RateLimited`], with the time after which a call conforms again.
    #[inline]
    pub fn try_acquire(&self) -> Result<(), Rejection> {
        self.try_take(One)
    }

    #[inline]
    pub(super) fn try_take(&self, cost: impl Cost) -> Result<(), Rejection> {
        match self.take(cost) {
            Ok(()) => Ok(()),
            Err(early) => Err(self.reject(Start::Early(early))),
        }
    }

    /// Lets one call pass, or says by how much it is too early.
    #[inline]
    pub(super) fn take(&self, cost: impl Cost) -> Result<(), Early> {
        let gcra = self.limit().gcra.get();
        match self.take_under(gcra, cost) {
            Err(early) if gcra.is_doubtful(early, cost.turns()) => self.take_otherwise(early, cost),
            taken => taken,
        }
    }

    /// A call that should not even be as early as that: the limit is not enforced, or has become a smaller one, which a
    /// key's limiter learns only here.
    #[cold]
    #[inline(never)]
    fn take_otherwise(&self, early: Early, cost: impl Cost) -> Result<(), Early> {
        let (gcra, mode) = (self.gcra(), self.mode());
        if mode == Mode::Off {
            self.limit().mode.bypass();
            return Ok(());
        }
        let clamp = |word| gcra.clamp(word, clock::counter()).filter(|_| word & QUEUED == 0);
        let is_clamped = self.word.fetch_update(Relaxed, Relaxed, clamp).is_ok();
        if mode == Mode::Enforce {
            return if is_clamped { self.take_under(gcra, cost) } else { Err(early) };
        }
        if let Err(early) = self.take_under(gcra, cost) {
            self.limit().mode.would_reject();
            let rejection = rejection(self.name(), Start::Early(early));
            event::would_reject(PolicyKind::RateLimiter, &rejection);
        }
        Ok(())
    }

    #[inline]
    fn take_under(&self, gcra: Gcra, cost: impl Cost) -> Result<(), Early> {
        let Some(weight) = cost.weight(gcra) else { return Err(Early::NEVER) };
        let now = clock::counter();
        let mut arrival = self.word.load(Relaxed);
        loop {
            let next = match gcra.decide(arrival, now, weight) {
                Decision::Pass(next) => next,
                Decision::Wait(_) if arrival & QUEUED != 0 => return Err(self.early(cost.turns())),
                Decision::Wait(early) => return Err(early),
            };
            match self.word.compare_exchange_weak(arrival, next, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(newer) => arrival = newer,
            }
        }
    }

    /// By how much a call is too early that would go to the end of the queue.
    #[cold]
    #[inline(never)]
    pub(super) fn early(&self, cost: u32) -> Early {
        let (arrival, now) = (self.word.load(Relaxed) & !QUEUED, clock::counter());
        let cost = self.turn_queue().ahead().saturating_add(cost.into());
        let wait = self.gcra().wait(arrival, now, self.gcra().weight(cost));
        Early::new(wait.max(1)).unwrap_or(Early::NEVER)
    }

    /// Whether a call may wait that long, its deadline apart.
    #[inline]
    pub(super) fn may_wait(&self, early: Early) -> bool {
        self.config().max_wait.is_some_and(|wait| early.nanos() <= clock::span(wait))
    }

    pub(super) fn bucket(&self) -> Bucket<'_> {
        Bucket { word: &self.word, gcra: self.gcra() }
    }

    pub(super) fn turn_queue(&self) -> &TurnQueue {
        self.aside().queue.get_or_init(Box::default)
    }

    #[inline]
    fn aside(&self) -> &Aside {
        self.aside.get_or_init(Box::default)
    }

    /// Counts a call that took its turn after it had waited.
    pub(super) fn count_waited(&self) {
        self.aside().waited.fetch_add(1, Relaxed);
    }

    /// Counts a rejection and emits its event elsewhere, and makes it in place: see [`Rejection`].
    #[inline]
    pub(super) fn reject(&self, start: Start) -> Rejection {
        let policy = self.count_rejection(start);
        rejection(policy, start)
    }

    #[inline]
    fn count_rejection(&self, start: Start) -> Name {
        self.aside().rejected.increment();
        if event::is_heard() {
            self.emit_rejection(start);
        }
        self.name()
    }

    #[cold]
    #[inline(never)]
    fn emit_rejection(&self, start: Start) {
        event::rejected(PolicyKind::RateLimiter, &rejection(self.name(), start));
    }
}

#[inline]
fn rejection(policy: Name, start: Start) -> Rejection {
    match start {
        Start::Early(early) => Rejection::RateLimited { policy, retry_after: early.retry_after() },
        Start::Now | Start::Again | Start::Late => Rejection::DeadlineExceeded { policy },
    }
}

impl<L: Borrow<Limit>> fmt::Debug for RateLimiter<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter")
            .field("name", &self.name())
            .field("available", &self.available())
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

crate::name::listable!(RateLimiter, RateLimiter, limit.identity);
