//! Admits calls to a bulkhead, or rejects them.

use super::Bulkhead;
use super::semaphore::FairSemaphore;
use super::shares::Limits;
use crate::ambient::{Priority, if_ordinary};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::sync::Ordering;

impl Bulkhead {
    /// Takes a slot as nearly all calls do: one of ordinary priority, while the limit is enforced.
    #[inline]
    pub(super) fn enter(&self) -> bool {
        self.slots.enter(if_ordinary(self.limit.load(Ordering::Relaxed)))
    }

    /// The same for a call that found no slot there.
    #[cold]
    #[inline(never)]
    pub(super) fn enter_apart(&self) -> bool {
        let (mode, priority) = (self.mode.get(), Priority::current());
        if mode == Mode::Enforce {
            return self.slots.enter_as(priority, self.config().limits());
        }
        if mode == Mode::Off {
            self.mode.bypass();
        } else if self.in_flight() >= self.config().limits().get(priority) {
            self.mode.would_reject();
            event::would_reject(PolicyKind::Bulkhead, &self.full());
        }
        self.slots.enter_above();
        true
    }

    /// What holds for those who wait: no limit at all where none is enforced.
    #[cold]
    pub(super) fn limits_in_force(&self) -> Limits {
        if self.mode.get() == Mode::Enforce { self.config().limits() } else { Limits::NONE }
    }

    #[inline]
    pub(super) fn semaphore(&self) -> &FairSemaphore {
        &self.slots
    }

    #[cold]
    #[inline(never)]
    pub(super) fn hand_over(&self) {
        self.slots.hand_over(self.limits_in_force());
    }

    /// Counts a rejection and emits its event elsewhere, and makes it in place: see [`Rejection`].
    #[inline]
    pub(super) fn reject(&self) -> Rejection {
        let policy = self.count_rejection();
        Rejection::BulkheadFull { policy, limit: self.config().max_concurrent }
    }

    fn full(&self) -> Rejection {
        Rejection::BulkheadFull { policy: self.name(), limit: self.config().max_concurrent }
    }

    #[cold]
    #[inline(never)]
    fn count_rejection(&self) -> Name {
        self.rejected.increment();
        event::rejected(PolicyKind::Bulkhead, &self.full());
        self.name()
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
