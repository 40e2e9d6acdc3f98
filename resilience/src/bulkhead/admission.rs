//! Admits calls to a bulkhead, or rejects them.

use super::Bulkhead;
use super::semaphore::FairSemaphore;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::sync::Ordering;

impl Bulkhead {
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
