//! The shared, named timeout: its limit and its totals.

use std::fmt;
use std::time::Duration;

use super::{TimeoutConfig, TimeoutTotals};
use crate::check;
use crate::clock;
use crate::current::{Current, ModeCell};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::rejection::Rejection;
use crate::stack::event;
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
    pub(super) config: Current<TimeoutConfig>,
    pub(super) mode: ModeCell,
    /// The configured limit in nanoseconds, as calls need it; [`NOT_ENFORCED`](crate::ambient::Deadline::NOT_ENFORCED) while it is not.
    pub(super) limit: AtomicU64,
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
    }

    fn passed(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.mode.tell_passed(tell);
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        Timeout::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        crate::current::renew(self);
        Timeout::reset(self);
    }
}

crate::name::listable!(Timeout, Timeout, identity);
crate::name::declared_by_default!(Timeout, TimeoutConfig);
