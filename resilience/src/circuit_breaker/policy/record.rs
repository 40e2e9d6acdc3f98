//! A call has ended: it is counted, and changes the state where that follows from it.

use super::super::permit::Ticket;
use super::super::report::{CallReport, Effect, End};
use super::super::word::Word;
use super::CircuitBreaker;
use super::shared::Locked;
use crate::clock;
use crate::stack::inspect::ErrorText;
use crate::sync::Ordering;

impl CircuitBreaker {
    /// Counts a call that ended, and changes the state where that follows from it: because of `error`, if it failed.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn record(
        &self,
        ticket: Ticket,
        report: CallReport,
        error: ErrorText<'_>,
    ) {
        self.take_in(ticket, report, error);
    }

    /// The same for a call that failed, was no trial and not measured: most that fail.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn record_failure(&self, word: Word, error: ErrorText<'_>) {
        if !self.fail_quietly(word) {
            self.record_failure_aloud(word, error);
        }
    }

    /// Counts a failure that changes nothing. Of any other, nothing has happened.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: a call would save and load registers")]
    fn fail_quietly(&self, word: Word) -> bool {
        let Some(shared) = self.shared.get() else { return false };
        if !shared.is_fresh(word) {
            return false;
        }
        let mut locked = shared.locked.lock();
        let machine = &mut locked.machine;
        let fail = |successes, failures| machine.fail_quietly(successes, failures);
        word == self.word() && shared.tally.count_failure_if(fail)
    }

    #[cold]
    #[inline(never)]
    fn record_failure_aloud(&self, word: Word, error: ErrorText<'_>) {
        let report = CallReport { end: End::Failure, slow: false };
        self.take_in(Ticket::passing(word), report, error);
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: what its callers know must be known here")]
    fn take_in(&self, ticket: Ticket, report: CallReport, error: ErrorText<'_>) {
        let shared = self.shared();
        // Time goes by for a window of time only.
        let now = if ticket.word.is_timed() { clock::coarse() } else { 0 };
        let mut locked = shared.locked.lock();
        if !self.is_current(ticket, &mut locked) {
            return shared.tally.count_late(report);
        }
        if now >= locked.machine.fresh_until() {
            locked.machine.advance(shared.tally.read(), now);
        }
        shared.tally.count(report);
        let effect = locked.machine.record(self.config(), report, shared.tally.read(), now);
        shared.fresh_until.store(locked.machine.fresh_until(), Ordering::Relaxed);
        match effect {
            Effect::Stay => {}
            Effect::Change(to, cause) => {
                let change = self.enter(&mut locked, to, cause);
                drop(locked);
                self.announce(change, error);
            }
            Effect::Ask(counts) => {
                drop(locked);
                self.ask(ticket.word, &counts, error);
            }
        }
    }

    /// Whether a result under this ticket still counts. A trial gives its slot back here.
    #[inline]
    pub(super) fn is_current(&self, ticket: Ticket, locked: &mut Locked) -> bool {
        let is_current = ticket.word.is_same_generation(self.word());
        if let Some(trial) = ticket.trial.filter(|_| is_current) {
            locked.machine.finish_trial(trial);
        }
        is_current
    }
}
