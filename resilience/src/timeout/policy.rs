//! The shared, named timeout: its limit, its totals, and its use by hand.

use std::fmt;
use std::time::Duration;

use super::future::{Brought, Limited, Own, guard, guard_after};
use super::{TimeoutConfig, TimeoutTotals};
use crate::ambient::Deadline;
use crate::check;
use crate::clock;
use crate::current::ModeCell;
use crate::current::{self, Configured, Current};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::stack::{Body, Edge, FromRejection, body, edge};
use crate::sync::{AtomicU64, Ordering};

/// Limits how long a call may take.
///
/// The attribute [`timeout`](macro@crate::timeout) is the usual way to use it; this is the same by hand.
///
/// ```
/// use std::time::Duration;
/// use resilience::{Rejection, RejectionKind, Timeout, TimeoutConfig};
///
/// static QUICK: Timeout = Timeout::new("quick", TimeoutConfig::new().after(Duration::from_millis(1)));
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let result = QUICK.call(std::future::pending::<Result<(), Rejection>>()).await;
/// assert_eq!(result.unwrap_err().kind(), RejectionKind::TimedOut);
/// # }
/// ```
///
/// # When it times out
///
/// ```text
/// first poll          body waits                    limit
///     |---- body works ---|---- timer is set ---------|--> body dropped, `TimedOut`
///     |<-------------------- `after` ---------------->|
/// ```
///
/// The limit runs from the call's first poll, whatever the body does before it first waits; a limit of 400 ms or more
/// is late by one tick of the kernel's coarse clock at most (4 ms at 250 Hz), a shorter one is exact. A body that never
/// waits keeps its result, and so does one that is ready in the very moment of the limit.
///
/// It sets the [`deadline`](crate::deadline) that everything inside sees: the nearest of all the limits around. When
/// that one has passed before the body starts, the body doesn't start: [`Rejection::DeadlineExceeded`], which is
/// neutral for the policies around, where [`Rejection::TimedOut`] is a failure.
///
/// # Defaults
///
/// | option | default |
/// |---|---|
/// | [`after`](TimeoutConfig::after) | 30 s |
///
/// **Cancellation:** dropping the future drops the body; that is no timeout. A body that has timed out is dropped in
/// the middle of whatever it awaits: a connection that it leaves in the middle of a protocol must not go back to its
/// pool.
///
/// **Panics:** waiting needs a tokio runtime with its timer enabled, as [`tokio::time::sleep`] does.
pub struct Timeout {
    identity: Identity,
    config: Current<TimeoutConfig>,
    mode: ModeCell,
    /// The configured limit in nanoseconds, as calls need it; [`NOT_ENFORCED`](Deadline::NOT_ENFORCED) while it is not.
    limit: AtomicU64,
    timed_out: AtomicU64,
    deadline_exceeded: AtomicU64,
}

impl Timeout {
    /// A timeout of that name.
    ///
    /// # Panics
    /// When the options make no sense; in a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, config: TimeoutConfig) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit), config)
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: TimeoutConfig) -> Self {
        check::assert_valid(config.validate());
        Self {
            identity,
            limit: AtomicU64::new(clock::span(config.limit())),
            config: Current::new(config),
            mode: ModeCell::new(),
            timed_out: AtomicU64::new(0),
            deadline_exceeded: AtomicU64::new(0),
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
    pub fn config(&self) -> &TimeoutConfig {
        self.config.get()
    }

    /// Puts other options in force, for calls that enter from now on.
    ///
    /// # Errors
    /// When options contradict each other; nothing is changed then.
    pub fn reconfigure(&self, config: TimeoutConfig) -> Result<(), Problem> {
        current::reconfigure(self, config.validate(), config)
    }

    /// Enforces the limit, only counts what it would end, or does nothing; for calls that enter from now on. While it
    /// is not enforced it sets no deadline. Calls that never wait are not counted.
    ///
    /// # Errors
    /// None: a timeout has every mode.
    pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
        current::set_mode(self, PolicyKind::Timeout, mode)
    }

    /// Whether it enforces what it decides.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// How many calls it would have ended while it only observed.
    #[must_use]
    pub fn would_reject(&self) -> u64 {
        self.mode.counts().0
    }

    /// How many calls that had to wait passed untouched while it was off.
    #[must_use]
    pub fn bypassed(&self) -> u64 {
        self.mode.counts().1
    }

    /// Forgets what it counted.
    pub fn reset(&self) {
        self.timed_out.store(0, Ordering::Relaxed);
        self.deadline_exceeded.store(0, Ordering::Relaxed);
        self.mode.reset();
    }

    /// What it has counted.
    #[must_use]
    pub fn totals(&self) -> TimeoutTotals {
        TimeoutTotals {
            timed_out: self.timed_out.load(Ordering::Relaxed),
            deadline_exceeded: self.deadline_exceeded.load(Ordering::Relaxed),
        }
    }

    /// Runs `future` for as long as the limit allows.
    ///
    /// # Errors
    /// The future's own; [`Rejection::TimedOut`] and [`Rejection::DeadlineExceeded`] as `E`.
    pub fn call<F, T, E, Via>(&self, future: F) -> Edge<Limited<&Self, Own, Body<F>>, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(guard(self, body(future)))
    }

    /// [`call`](Self::call) with a limit of its own. One of zero lets a body pass that never waits.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_within<F, T, E, Via>(
        &self,
        limit: Duration,
        future: F,
    ) -> Edge<Limited<&Self, Brought, Body<F>>, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(guard_after(self, limit, body(future)))
    }

    /// The form for stacks by hand: rejections travel beside results, so that policies further out know them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`.
    ///
    /// # Errors
    /// A rejection, by this policy or one further in.
    pub fn guard<F, R>(&self, inner: F) -> Limited<&Self, Own, F>
    where
        F: Future<Output = Result<R, Rejection>>,
    {
        guard(self, inner)
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    #[inline]
    pub(super) fn limit(&self) -> u64 {
        self.limit.load(Ordering::Relaxed)
    }

    /// Counts a call that waits under a limit that is not enforced.
    pub(super) fn let_pass(&self) -> Mode {
        let mode = self.mode.get();
        if mode == Mode::Off {
            self.mode.bypass();
        }
        mode
    }

    /// Counts a call that would have been ended.
    pub(super) fn would_time_out(&self, after: Duration) {
        self.mode.would_reject();
        let policy = self.name();
        event::would_reject(PolicyKind::Timeout, &Rejection::TimedOut { policy, after });
    }

    /// Counts and tells a call that has timed out.
    #[cold]
    #[inline(never)]
    pub(super) fn time_out(&self, after: Duration) -> Name {
        self.timed_out.fetch_add(1, Ordering::Relaxed);
        let policy = self.name();
        event::rejected(self.kind(), &Rejection::TimedOut { policy, after });
        policy
    }

    /// Counts and tells a call that came too late.
    #[cold]
    #[inline(never)]
    pub(super) fn reject_late(&self) -> Name {
        self.deadline_exceeded.fetch_add(1, Ordering::Relaxed);
        let policy = self.name();
        event::rejected(self.kind(), &Rejection::DeadlineExceeded { policy });
        policy
    }

    /// What its events name.
    fn kind(&self) -> PolicyKind {
        self.identity.speaks_as(PolicyKind::Timeout)
    }
}

impl Timeout {
    /// What calls read, from config and mode.
    fn derive(&self) {
        let limit = match self.mode.get() {
            Mode::Enforce => clock::span(self.config().limit()),
            Mode::Observe | Mode::Off => Deadline::NOT_ENFORCED,
        };
        self.limit.store(limit, Ordering::Relaxed);
    }
}

impl Configured for Timeout {
    type Config = TimeoutConfig;

    fn current(&self) -> &Current<TimeoutConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, config: TimeoutConfig) -> Result<(), Problem> {
        self.config.set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        self.derive();
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout")
            .field("name", &self.name())
            .field("totals", &self.totals())
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

impl AnyPolicy for Timeout {
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        let totals = self.totals();
        tell("timed_out", totals.timed_out);
        tell("deadline_exceeded", totals.deadline_exceeded);
        self.mode.tell_passed(tell);
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        Timeout::reset(self);
    }
}

crate::name::listable!(Timeout, Timeout, identity);
