//! Admits calls to a bulkhead, or rejects them.

use super::Bulkhead;
use super::adaptive::Start;
use super::queue_order::QueueOrder;
use super::semaphore::{FairSemaphore, Rules};
use super::shares::Limits;
use crate::ambient::{Priority, if_ordinary};
use crate::clock;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::random;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::sync::Ordering;

impl Bulkhead {
    /// Takes a slot, if one is free for this call and none waits that is as important.
    #[inline]
    pub(super) fn enter(&self) -> Option<Start> {
        // Nearly all calls are of ordinary priority, under an enforced limit.
        let limit = if_ordinary(self.plain_limit.load(Ordering::Relaxed));
        (self.slots.enter(limit) || self.enter_by_mode()).then(|| self.start())
    }

    /// The same for a call that found no slot where ordinary calls look.
    #[cold]
    #[inline(never)]
    fn enter_by_mode(&self) -> bool {
        match self.mode.get() {
            Mode::Enforce => self.enter_as(self.rules()),
            Mode::Observe => self.enter_observed(),
            Mode::Off => {
                self.mode.bypass();
                self.slots.enter_above();
                true
            }
        }
    }

    fn enter_as(&self, rules: Rules) -> bool {
        let is_entered = self.slots.enter_as(Priority::current(), rules.limits);
        if let (true, Some(target)) = (is_entered, rules.target) {
            self.slots.note_free(target);
        }
        is_entered
    }

    /// Nothing but an adaptive limit's ceiling is enforced.
    fn enter_observed(&self) -> bool {
        let limits = self.config().limits(self.limit());
        let is_above = self.in_flight() >= limits.get(Priority::current());
        if !self.config().adaptive {
            self.slots.enter_above();
        } else if !self.enter_as(self.rules()) {
            return false;
        }
        if is_above {
            self.mode.would_reject();
            event::would_reject(PolicyKind::Bulkhead, &self.full(self.limit()));
        }
        true
    }

    /// When the call that was just admitted began, if it is a sample.
    #[inline]
    pub(super) fn start(&self) -> Start {
        let is_drawn = random::draw(self.sampled.load(Ordering::Relaxed));
        if is_drawn { self.begin() } else { Start::NONE }
    }

    /// What holds for those who wait: no limit at all where none is enforced.
    #[cold]
    pub(super) fn rules(&self) -> Rules {
        let (config, mode) = (self.config(), self.mode.get());
        let limits = match mode {
            Mode::Enforce => config.limits(self.limit()),
            Mode::Observe if config.adaptive => Limits::even(config.ceiling()),
            Mode::Observe | Mode::Off => Limits::NONE,
        };
        let is_adaptive = mode == Mode::Enforce && config.queue == QueueOrder::Adaptive;
        Rules { limits, target: is_adaptive.then(|| clock::span(config.queue_target)) }
    }

    #[inline]
    pub(super) fn semaphore(&self) -> &FairSemaphore {
        &self.slots
    }

    #[cold]
    #[inline(never)]
    pub(super) fn hand_over(&self) {
        self.slots.hand_over(self.rules());
    }

    /// Counts a rejection and emits its event elsewhere, and makes it in place: see [`Rejection`].
    #[inline]
    pub(super) fn reject(&self) -> Rejection {
        let (policy, limit) = self.count_rejection();
        Rejection::BulkheadFull { policy, limit }
    }

    fn full(&self, limit: u32) -> Rejection {
        Rejection::BulkheadFull { policy: self.name(), limit }
    }

    #[cold]
    #[inline(never)]
    fn count_rejection(&self) -> (Name, u32) {
        self.rejected.increment();
        let is_observed = self.mode.get() == Mode::Observe;
        let limit = if is_observed { self.config().ceiling() } else { self.limit() };
        self.note_full();
        event::rejected(PolicyKind::Bulkhead, &self.full(limit));
        (self.name(), limit)
    }

    /// A slot came after the deadline.
    #[inline]
    pub(super) fn reject_late(&self) -> Rejection {
        Rejection::DeadlineExceeded { policy: self.count_late() }
    }

    #[cold]
    #[inline(never)]
    fn count_late(&self) -> Name {
        self.rejected.increment();
        let late = Rejection::DeadlineExceeded { policy: self.name() };
        event::rejected(PolicyKind::Bulkhead, &late);
        self.name()
    }
}
