//! The shared, named bulkhead: its options and its slots.

use std::fmt;

use once_cell::race::OnceBox;

use super::adaptive::Controller;
use super::queue_order::QueueOrder;
use super::semaphore::FairSemaphore;
use super::{BulkheadConfig, BulkheadTotals};
use crate::ambient::Priority;
use crate::check;
use crate::current::{Current, ModeCell};
use crate::histogram::Latency;
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::striped::StripedCounter;
use crate::sync::AtomicU32;

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
/// A call that finds no free slot is rejected with [`Rejection::BulkheadFull`](crate::Rejection::BulkheadFull): at once, or with `max_wait` when none
/// came free in time. Calls that wait are served in order of arrival, and newcomers of their priority never overtake them. A slot that
/// comes at or after the [`deadline`](crate::deadline) in force starts nothing: the call ends with
/// [`Rejection::DeadlineExceeded`](crate::Rejection::DeadlineExceeded), and the slot goes to the next.
///
/// Calls of a lower [`Priority`](crate::Priority) are admitted while the calls in flight, of every priority, are less
/// than their share of the limit (`shares`): of 20 slots the 15th `Sheddable` call is rejected, the 18th
/// `SheddablePlus`, the 21st `Critical`. Where calls wait, more important ones are served first.
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
/// | `max_concurrent` | 25; with `adaptive` 200 |
/// | `max_wait` | off: reject at once |
/// | `max_queue` | unlimited, where calls wait |
/// | `shares` | `[0.7, 0.85, 1.0, 1.0]` of the limit, least important priority first |
///
/// `adaptive` lets the limit find itself, and `queue` orders calls that wait by overload: what that means, and the other
/// options, is on the page of the attribute [`bulkhead`](macro@crate::bulkhead).
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
    pub(super) config: Current<BulkheadConfig>,
    pub(super) mode: ModeCell,
    /// The limit for calls of ordinary priority; 0 while they need a closer look.
    pub(super) plain_limit: AtomicU32,
    /// The share of calls, in 2^32nds, that an adaptive limit learns from; 0 where it is fixed.
    pub(super) sampled: AtomicU32,
    pub(super) controller: OnceBox<Controller>,
    pub(super) waits: OnceBox<Latency>,
    pub(super) slots: FairSemaphore,
    pub(super) rejected: StripedCounter,
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
        check::assert_valid(config.validate());
        Self {
            identity,
            plain_limit: AtomicU32::new(first_limit(&config)),
            sampled: AtomicU32::new(if config.adaptive { u32::MAX } else { 0 }),
            controller: OnceBox::new(),
            waits: OnceBox::new(),
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

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }
}

/// What ordinary calls look at before anything has changed.
const fn first_limit(config: &BulkheadConfig) -> u32 {
    let limit = if config.adaptive { config.initial_limit() } else { config.ceiling() };
    match config.queue {
        QueueOrder::Fifo => config.limits(limit).get(Priority::Critical),
        QueueOrder::Adaptive => 0,
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

impl AnyPolicy for Bulkhead {
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        let totals = self.totals();
        tell("rejected", totals.rejected);
    }

    fn passed(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.mode.tell_passed(tell);
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        Bulkhead::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        crate::current::renew(self);
        Bulkhead::reset(self);
        if let Some(waits) = self.waits.get() {
            waits.clear();
        }
    }
}

crate::name::listable!(Bulkhead, Bulkhead, identity);
crate::name::declared_by_default!(Bulkhead, BulkheadConfig);
