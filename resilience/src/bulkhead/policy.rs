//! The shared, named bulkhead: its options, its slots, and its use by hand.

use std::fmt;

use super::future::{Acquire, Admitted, guard, guard_blocking};
use super::semaphore::FairSemaphore;
use super::{BulkheadConfig, BulkheadPermit, BulkheadTotals};
use crate::check;
use crate::current::{self, Configured, Current};
use crate::kind::PolicyKind;
use crate::mode::{Mode, ModeCell};
use crate::name::{Identity, Name, Origin};
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::stack::{
    Body, DropOnReady, Edge, FromRejection, body, body_blocking, drop_on_ready, edge, finish,
};
use crate::striped::StripedCounter;
use crate::sync::{AtomicU32, Ordering};

/// Limits how many calls run at once, so that one slow dependency can't take every thread, connection or byte.
///
/// The attribute [`bulkhead`](macro@crate::bulkhead) is the usual way to use it; this is the same by hand.
///
/// ```
/// use resilience::{Bulkhead, BulkheadConfig, Rejection};
///
/// static DATABASE: Bulkhead = Bulkhead::new("database", BulkheadConfig::new().max_concurrent(1));
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let answer = DATABASE.call(async { Ok::<_, Rejection>(42) }).await;
/// assert_eq!(answer, Ok(42));
///
/// let only_slot = DATABASE.try_acquire();
/// assert!(only_slot.is_ok());
/// assert!(DATABASE.try_acquire().is_err());
/// # }
/// ```
///
/// # Semantics
///
/// A call that finds no free slot is rejected with [`Rejection::BulkheadFull`]: at once, or with `max_wait` when none
/// came free in time. Calls that wait are served in order of arrival, and newcomers never overtake them. A slot that
/// comes at or after the [`deadline`](crate::deadline) in force starts nothing: the call ends with
/// [`Rejection::DeadlineExceeded`], and the slot goes to the next.
///
/// `max_concurrent = 1`, `max_wait = "60ms"`; calls of 50 ms, A to C come at 0:
///
/// ```text
/// ms   0          50                  60           100
///      A begins   A ends, B begins    C rejected   B ends
/// ```
///
/// # Defaults
///
/// | option | default |
/// |---|---|
/// | `max_concurrent` | 25 |
/// | `max_wait` | off: reject at once |
/// | `max_queue` | unlimited, where calls wait |
///
/// # Cancellation
///
/// A call that is dropped while it waits leaves the queue; one that is dropped while it runs gives its slot back, after
/// its body is gone.
///
/// # Panics
///
/// Waiting needs a tokio runtime with its timer enabled, as [`tokio::time::sleep`] does.
pub struct Bulkhead {
    identity: Identity,
    config: Current<BulkheadConfig>,
    mode: ModeCell,
    /// `max_concurrent`, as calls need it; 0 while it is not enforced.
    limit: AtomicU32,
    slots: FairSemaphore,
    rejected: StripedCounter,
}

impl Bulkhead {
    /// A bulkhead of that name.
    ///
    /// # Panics
    /// When options contradict each other; in a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, config: BulkheadConfig) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit), config)
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: BulkheadConfig) -> Self {
        check::no_problem(config.problem());
        Self {
            identity,
            limit: AtomicU32::new(config.max_concurrent),
            config: Current::new(config),
            mode: ModeCell::new(),
            slots: FairSemaphore::new(),
            rejected: StripedCounter::new(),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// The options in force.
    #[must_use]
    #[inline]
    pub fn config(&self) -> &BulkheadConfig {
        self.config.get()
    }

    /// Puts other options in force. Raised, `max_concurrent` serves calls that wait before this returns; lowered, it ends
    /// no call, and new ones wait or are rejected until enough have left. Other options hold for calls that come from now
    /// on.
    ///
    /// # Errors
    /// When options contradict each other; nothing is changed then.
    pub fn reconfigure(&self, config: BulkheadConfig) -> Result<(), Problem> {
        current::reconfigure(self, config.problem(), config)
    }

    /// Enforces the limit, only counts the calls above it, or does nothing. Calls count as running in every mode.
    ///
    /// # Errors
    /// None: a bulkhead has every mode.
    pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
        current::set_mode(self, PolicyKind::Bulkhead, mode)
    }

    /// Whether it enforces what it decides.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// How many calls came above the limit while it only observed.
    #[must_use]
    pub fn would_reject(&self) -> u64 {
        self.mode.counts().0
    }

    /// How many calls passed untouched while it was off.
    #[must_use]
    pub fn bypassed(&self) -> u64 {
        self.mode.counts().1
    }

    /// Forgets what it counted. Calls that run keep their slots, and those that wait their places.
    pub fn reset(&self) {
        self.rejected.reset();
        self.mode.reset();
    }

    /// How many calls run now.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.slots.slots().in_flight()
    }

    /// How many calls wait now.
    #[must_use]
    pub fn queued(&self) -> u32 {
        self.slots.slots().queued()
    }

    /// What it did so far.
    #[must_use]
    pub fn totals(&self) -> BulkheadTotals {
        BulkheadTotals { rejected: self.rejected.get() }
    }

    /// Takes a slot if one is free and nobody waits; never waits itself, whatever `max_wait` says.
    ///
    /// # Errors
    /// [`Rejection::BulkheadFull`].
    #[inline]
    pub fn try_acquire(&self) -> Result<BulkheadPermit<'_>, Rejection> {
        if self.enter() || self.passes_unenforced() {
            Ok(BulkheadPermit::new(self))
        } else {
            Err(self.reject())
        }
    }

    /// Takes a slot, and waits for it as long as `max_wait` says.
    ///
    /// # Errors
    /// [`Rejection::BulkheadFull`].
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire::new(self)
    }

    /// Runs `future` in a slot.
    ///
    /// # Errors
    /// The future's own; [`Rejection::BulkheadFull`] as `E`.
    pub fn call<F, T, E, Via>(
        &self,
        future: F,
    ) -> Edge<Admitted<'_, &Self, DropOnReady<Body<F>>>, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(self.guard(body(future)))
    }

    /// Runs `f` in a slot if one is free; a synchronous function never waits for one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E: FromRejection<Via>, Via>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        finish(guard_blocking(self, || body_blocking(f)))
    }

    /// The form for stacks by hand: rejections travel beside results, so that policies further out know them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`.
    ///
    /// # Errors
    /// A rejection, by this policy or one further in.
    pub fn guard<F, R>(&self, inner: F) -> Admitted<'_, &Self, DropOnReady<F>>
    where
        F: Future<Output = Result<R, Rejection>>,
    {
        guard(self, drop_on_ready(inner))
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    #[inline]
    pub(super) fn enter(&self) -> bool {
        self.slots.enter(self.limit.load(Ordering::Relaxed))
    }

    /// A slot for a call that found none, where the limit is not enforced.
    #[cold]
    #[inline(never)]
    pub(super) fn passes_unenforced(&self) -> bool {
        let (mode, limit) = (self.mode.get(), self.config().max_concurrent);
        if mode == Mode::Enforce {
            return false;
        }
        if mode == Mode::Off {
            self.mode.bypass();
        } else if self.in_flight() >= limit {
            self.mode.would_reject();
            let policy = self.name();
            event::would_reject(PolicyKind::Bulkhead, &Rejection::BulkheadFull { policy, limit });
        }
        self.slots.enter_above();
        true
    }

    /// What holds for those who wait: no limit at all where none is enforced.
    #[cold]
    pub(super) fn limit_in_force(&self) -> u32 {
        if self.mode.get() == Mode::Enforce { self.config().max_concurrent } else { u32::MAX }
    }

    #[inline]
    pub(super) fn semaphore(&self) -> &FairSemaphore {
        &self.slots
    }

    #[cold]
    #[inline(never)]
    pub(super) fn hand_over(&self) {
        self.slots.hand_over(self.limit_in_force());
    }

    /// Counts a rejection and emits its event elsewhere, and makes it in place: see [`Rejection`].
    #[inline]
    pub(super) fn reject(&self) -> Rejection {
        let policy = self.count_rejection();
        Rejection::BulkheadFull { policy, limit: self.config().max_concurrent }
    }

    #[cold]
    #[inline(never)]
    fn count_rejection(&self) -> Name {
        self.rejected.increment();
        let (policy, limit) = (self.name(), self.config().max_concurrent);
        event::rejected(PolicyKind::Bulkhead, &Rejection::BulkheadFull { policy, limit });
        policy
    }

    /// A slot came after the deadline.
    #[cold]
    #[inline(never)]
    pub(super) fn reject_late(&self) -> Rejection {
        self.rejected.increment();
        let late = Rejection::DeadlineExceeded { policy: self.name() };
        event::rejected(PolicyKind::Bulkhead, &late);
        late
    }
}

impl Bulkhead {
    /// What calls read, from config and mode; then those are served who may wait no longer.
    fn derive(&self) {
        let is_enforced = self.mode.get() == Mode::Enforce;
        let limit = if is_enforced { self.config().max_concurrent } else { 0 };
        self.limit.store(limit, Ordering::Relaxed);
        self.hand_over();
    }
}

impl Configured for Bulkhead {
    type Config = BulkheadConfig;

    fn current(&self) -> &Current<BulkheadConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, config: BulkheadConfig) -> Result<(), Problem> {
        self.config.set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        self.derive();
    }
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulkhead")
            .field("name", &self.name())
            .field("in_flight", &self.in_flight())
            .field("queued", &self.queued())
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

crate::name::listable!(Bulkhead, Bulkhead, identity);
