//! The shared, named rate limiter: its limit and its word.

use std::borrow::Borrow;
use std::fmt;

use once_cell::race::OnceBox;

use super::admission::Aside;
use super::bucket::QUEUED;
use super::cost::One;
use super::gcra::Gcra;
use super::limit::Limit;
use super::{RateLimitConfig, RateLimiterTotals};
use crate::clock;
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::rejection::Rejection;
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
/// its turn comes, and not before: a caller that leaves frees its place, and those behind it move up. No call overtakes,
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
    pub(super) word: AtomicU64,
    pub(super) limit: L,
    pub(super) aside: OnceBox<Aside>,
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
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    pub(crate) const fn within(limit: L) -> Self {
        Self { word: AtomicU64::new(0), limit, aside: OnceBox::new() }
    }

    #[inline]
    pub(super) fn limit(&self) -> &Limit {
        self.limit.borrow()
    }

    /// The limit in force, enforced or not.
    pub(super) fn gcra(&self) -> Gcra {
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

    /// Gives every turn back, and forgets what it counted. Calls that wait keep their places.
    pub fn reset(&self) {
        let _ = self.word.fetch_update(Relaxed, Relaxed, |word| Some(word & QUEUED));
        if let Some(aside) = self.aside.get() {
            aside.rejected.reset();
            aside.waited.store(0, Relaxed);
            if let Some(lease) = aside.lease.get() {
                lease.reset();
            }
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

    /// How many calls would pass right now; none while callers wait. Of a limit that a fleet shares: what this replica's part
    /// would let pass.
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

impl AnyPolicy for RateLimiter {
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        let totals = self.totals();
        tell("rejected", totals.rejected);
    }

    fn passed(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.limit.mode.tell_passed(tell);
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        RateLimiter::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        crate::current::renew(self);
        RateLimiter::reset(self);
    }
}

crate::name::listable!(RateLimiter, RateLimiter, limit.identity);
