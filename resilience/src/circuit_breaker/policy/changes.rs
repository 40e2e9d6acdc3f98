//! How the state changes: under the lock, announced after it.

use std::time::SystemTime;

use super::super::counts::{Counts, Trip};
use super::super::word::Word;
use super::{CircuitBreaker, Locked};
use crate::circuit_state::{Cause, CircuitState, StateChange};
use crate::kind::PolicyKind;
use crate::sync::Ordering;
use crate::{clock, hook, random};

impl CircuitBreaker {
    /// Asks the user's rule, under no lock; its answer counts if nothing changed meanwhile.
    pub(super) fn ask(&self, word: Word, counts: &Counts) {
        let Some(rule) = self.config().rule() else { return };
        if hook::shielded(self.name(), "trip_when", || rule(counts)) == Some(true) {
            let mut locked = self.shared().locked.lock();
            if word == self.word() {
                self.enter(&mut locked, CircuitState::Open, Cause::TripWhen);
            }
            drop(locked);
            self.announce();
        }
    }

    /// Opens the circuit until [`reset`](Self::reset): every call is rejected, and it does not become half-open.
    pub fn force_open(&self) {
        self.force(CircuitState::ForcedOpen, Cause::Forced);
    }

    /// Closes the circuit until [`reset`](Self::reset): every call passes, totals count, nothing is judged.
    pub fn force_close(&self) {
        self.force(CircuitState::ForcedClosed, Cause::Forced);
    }

    /// Closes the circuit, forgets its window and ends a forced state. Calls in flight become stale.
    pub fn reset(&self) {
        self.force(CircuitState::Closed, Cause::Reset);
    }

    fn force(&self, to: CircuitState, cause: Cause) {
        let mut locked = self.shared().locked.lock();
        self.enter(&mut locked, to, cause);
        drop(locked);
        self.announce();
    }

    /// Changes the state, under the lock: a new generation, everything zeroed. To be announced when the lock is gone.
    pub(super) fn enter(&self, locked: &mut Locked, to: CircuitState, cause: Cause) {
        let (now, reading, from) =
            (clock::now(), self.shared().tally.read(), locked.machine.state());
        if to == CircuitState::Open {
            let counts = locked.machine.counts(reading, now);
            locked.last_trip = Some(Trip { cause, counts, at: SystemTime::now() });
        }
        locked.machine.change(self.config(), to, reading, now, random::unit());
        locked.transitions[from as usize][to as usize] += u64::from(from != to);
        self.open_until.store(locked.machine.open_until(), Ordering::Relaxed);
        self.shared().fresh_until.store(locked.machine.fresh_until(), Ordering::Relaxed);
        let generation = self.word().generation() + 1;
        self.word.store(Word::new(self.config(), to, generation).bits(), Ordering::Release);
        if from != to {
            let kind = self.identity.speaks_as(PolicyKind::CircuitBreaker);
            let policy = self.name();
            locked.announcements.push(StateChange { kind, policy, from, to, cause, generation });
        }
    }
}
