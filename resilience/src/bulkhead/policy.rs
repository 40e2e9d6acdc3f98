//! The shared, named bulkhead: its options, its line, and its use by hand.

use std::fmt;

use super::future::{Acquire, Admitted, guard, guard_blocking};
use super::line::Line;
use super::{BulkheadConfig, BulkheadPermit};
use crate::check;
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::name::{Identity, Origin};
use crate::rejection::Rejection;
use crate::stack::event;
use crate::stack::{Body, DropOnReady, Edge, body, body_blocking, drop_on_ready, edge, finish};
use crate::sync::{AtomicU64, Ordering};

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
/// A call that finds no free slot is refused with [`Rejection::BulkheadFull`]: at once, or with `max_wait` when none
/// came free in time. Those who wait are served in order of arrival, and newcomers never overtake them.
///
/// **Cancellation:** a call that is dropped while it waits leaves the queue; one that is dropped while it runs gives
/// its slot back, after its body is gone.
///
/// **Panics:** waiting needs a tokio runtime with its timer enabled, as [`tokio::time::sleep`] does.
pub struct Bulkhead {
    identity: Identity,
    config: BulkheadConfig,
    line: Line,
    rejected: AtomicU64,
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
        Self { identity, config, line: Line::new(), rejected: AtomicU64::new(0) }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// Its options.
    #[must_use]
    #[inline]
    pub fn config(&self) -> &BulkheadConfig {
        &self.config
    }

    /// How many calls run now.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.line.slots().in_flight()
    }

    /// How many calls wait now.
    #[must_use]
    pub fn queued(&self) -> u32 {
        self.line.slots().queued()
    }

    /// How many calls were refused.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Takes a slot if one is free and nobody waits; never waits itself, whatever `max_wait` says.
    ///
    /// # Errors
    /// [`Rejection::BulkheadFull`].
    #[inline]
    pub fn try_acquire(&self) -> Result<BulkheadPermit<'_>, Rejection> {
        if self.enter() { Ok(BulkheadPermit::new(self)) } else { Err(self.refuse()) }
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
    pub fn call<F, T, E>(&self, future: F) -> Edge<Admitted<'_, &Self, DropOnReady<Body<F>>>>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Rejection>,
    {
        edge(self.guard(body(future)))
    }

    /// Runs `f` in a slot if one is free; a plain function never waits for one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E: From<Rejection>>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        finish(guard_blocking(self, || body_blocking(f)))
    }

    /// The form for stacks by hand: refusals travel beside results, so that policies further out know them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`.
    ///
    /// # Errors
    /// A refusal, by this policy or one further in.
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
        self.line.enter(self.config().max_concurrent)
    }

    #[inline]
    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    #[cold]
    #[inline(never)]
    pub(super) fn hand_over(&self) {
        self.line.hand_over(self.config().max_concurrent);
    }

    /// Counts and tells a refusal elsewhere and makes it in place: see [`Rejection`].
    #[inline]
    pub(super) fn refuse(&self) -> Rejection {
        let policy = self.count_refusal();
        Rejection::BulkheadFull { policy, limit: self.config().max_concurrent }
    }

    #[cold]
    #[inline(never)]
    fn count_refusal(&self) -> Name {
        self.rejected.fetch_add(1, Ordering::Relaxed);
        let (policy, limit) = (self.name(), self.config().max_concurrent);
        event::rejected(PolicyKind::Bulkhead, &Rejection::BulkheadFull { policy, limit });
        policy
    }
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulkhead")
            .field("name", &self.name())
            .field("in_flight", &self.in_flight())
            .field("queued", &self.queued())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

crate::name::listable!(Bulkhead, Bulkhead, identity);
