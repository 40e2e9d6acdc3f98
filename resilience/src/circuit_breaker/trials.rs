//! The trial calls of a half-open circuit. Pure.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use crate::clock::{self, Nanos};

/// What the machine answers to a call that asks for admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Pass,
    Trial(TrialId),
    Rejected(Option<Duration>),
}

/// Slots for trial calls. A slot is released when its trial reports or is cancelled; one that is held for too long goes
/// to the next call that asks.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// When each running trial was admitted. The first one loses its slot first, also when their lifetime changes.
    running: BTreeMap<TrialId, Nanos>,
    succeeded: u32,
    admitted: u64,
}

/// Names one admitted trial within its generation.
pub(super) type TrialId = NonZeroU64;

impl Trials {
    /// A slot, if one is free. No more expired trials lose theirs than must, so that this is quick however many run.
    pub(super) fn admit(&mut self, slots: u32, lifetime: Duration, now: Nanos) -> Option<TrialId> {
        let is_over = |admitted: Nanos| clock::after(admitted, lifetime) <= now;
        while self.taken() >= slots as usize {
            self.running.first_entry().filter(|oldest| is_over(*oldest.get()))?.remove();
        }
        Some(self.start(now))
    }

    /// Whether one runs that has not expired.
    #[cfg(feature = "redis")]
    pub(super) fn are_running(&self, lifetime: Duration, now: Nanos) -> bool {
        self.running.values().any(|admitted| clock::after(*admitted, lifetime) > now)
    }

    /// Releases the trial's slot, unless it has gone to another call.
    pub(super) fn finish(&mut self, id: TrialId) {
        self.running.remove(&id);
    }

    /// One more success; how many there are now.
    pub(super) fn succeed(&mut self) -> u32 {
        self.succeeded += 1;
        self.succeeded
    }

    /// Whether as many have succeeded as close the circuit: fewer may do than when they ran.
    pub(super) fn are_enough(&self, slots: u32) -> bool {
        self.succeeded >= slots
    }

    fn taken(&self) -> usize {
        self.succeeded as usize + self.running.len()
    }

    fn start(&mut self, now: Nanos) -> TrialId {
        let id = TrialId::MIN.saturating_add(self.admitted);
        self.admitted += 1;
        self.running.insert(id, now);
        id
    }
}

#[cfg(all(test, feature = "redis"))]
mod tests {
    use super::*;

    #[test]
    fn a_trial_runs_until_it_ends_or_its_time_is_over() {
        let (mut trials, second) = (Trials::default(), Duration::from_secs(1));
        let end = clock::after(7, second);
        assert!(!trials.are_running(second, 7));
        let first = trials.admit(1, second, 7).unwrap();
        assert!(trials.are_running(second, 7) && trials.are_running(second, end - 1));
        assert!(!trials.are_running(second, end));
        trials.finish(first);
        assert!(!trials.are_running(second, 7));
    }
}
