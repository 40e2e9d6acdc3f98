//! A call has ended: it is counted, and changes the state where that follows from it.

use super::super::report::{CallReport, Effect, End};
use super::super::ticket::Ticket;
use super::super::word::Word;
use super::CircuitBreaker;
use super::shared::{Locked, Shared};
use crate::clock;
use crate::stack::inspect::ErrorText;
use crate::sync::{MutexGuard, Ordering};

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

    /// Counts the failure of a call that was no trial and not measured, if it is at once known to change nothing. Else
    /// nothing has happened, and [`record_failure`](Self::record_failure) takes it in.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn fail_quietly(&self, word: Word) -> bool {
        match self.shared.get() {
            None => false,
            Some(shared) if word.is_timed() => self.fail_quietly_in_time(shared, word),
            Some(shared) => self.fail_quietly_now(shared, word),
        }
    }

    // Apart, so that others save no registers around the clock.
    #[inline(never)]
    fn fail_quietly_in_time(&self, shared: &Shared, word: Word) -> bool {
        shared.is_fresh_now() && self.fail_quietly_now(shared, word)
    }

    // It waits for no lock and calls next to nothing: that, too, would need registers to be saved.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: a call would save and load registers")]
    fn fail_quietly_now(&self, shared: &Shared, word: Word) -> bool {
        let Some(mut locked) = shared.locked.try_lock() else { return false };
        let (successes, failures) = shared.tally.with_failure();
        if word != self.word() || !locked.machine.fail_quietly(successes, failures) {
            return let_go(locked);
        }
        shared.tally.set_failures(failures);
        true
    }

    /// [`record`](Self::record) for a call that failed, was no trial and not measured.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn record_failure(&self, word: Word, error: ErrorText<'_>) {
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

/// Gives the lock back; false. A call of its own, so that nothing needs to be kept meanwhile.
#[cold]
#[inline(never)]
fn let_go(locked: MutexGuard<'_, Locked>) -> bool {
    drop(locked);
    false
}
