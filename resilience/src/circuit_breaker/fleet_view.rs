//! What a breaker knows of the fleet's opinions about its dependency. Pure: time is an argument.

use std::time::Duration;

use crate::circuit_state::{Cause, CircuitState, Counts};
use crate::clock::{self, Nanos};
use crate::fleet::opinion::{Verdict, Word};

/// How long the fleet is heeded that is not heard of any more: its word comes every second.
const HEEDED: Duration = Duration::from_secs(3);
/// How long a call that waits for a trial counts as waiting: a replica that nobody calls must not keep the right to try.
const WANTED: Duration = Duration::from_secs(3);

/// How long a replica lets the others try whose own trial has failed: they hear once a second that they may.
const YIELDS: Duration = Duration::from_millis(1_500);

/// Kept under the breaker's lock.
#[derive(Debug, Default)]
pub(super) struct FleetView {
    /// Whether it opened by its own judgement: it follows the others without an opinion of its own.
    is_ours: bool,
    /// Whether its trials have closed it, and the others don't know.
    is_news: bool,
    /// Until when the fleet decides who tries.
    heeded_until: Nanos,
    /// Until when this replica is the one.
    right_until: Nanos,
    /// When a call was rejected last that could have been a trial; 0 for never since the state changed.
    wanted: Nanos,
    forced: Option<CircuitState>,
    /// Whether its own trial has opened it.
    has_failed: bool,
}

impl FleetView {
    /// Whether another replica is to try, or it isn't known yet which.
    pub(super) fn must_wait(&self, now: Nanos) -> bool {
        now < self.heeded_until && now >= self.right_until
    }

    /// Notes a call that waits for a trial; whether it is the first for a while, so that the fleet has to be asked.
    pub(super) fn want(&mut self, now: Nanos) -> bool {
        let is_first = !self.is_wanted(now);
        self.wanted = now;
        is_first
    }

    fn is_wanted(&self, now: Nanos) -> bool {
        self.wanted > 0 && now < clock::after(self.wanted, WANTED)
    }

    /// It has entered a state.
    pub(super) fn enter(&mut self, to: CircuitState, cause: Cause) {
        self.wanted = 0;
        self.is_ours = to == CircuitState::Open && cause != Cause::Shared;
        self.has_failed = matches!(cause, Cause::TrialFailed | Cause::TrialSlow);
        self.is_news = to == CircuitState::Closed && cause == Cause::TrialsSucceeded;
    }

    /// What it says to the others. News is told once; [`unsaid`](Self::unsaid) takes it back.
    pub(super) fn word(&mut self, state: CircuitState, open_until: Nanos, now: Nanos) -> Word {
        if std::mem::take(&mut self.is_news) {
            return Word::Closed;
        }
        match state {
            CircuitState::Open if self.is_ours && open_until > now => {
                Word::Open((open_until - now).div_ceil(1_000))
            }
            _ => Word::Well,
        }
    }

    /// The store has not heard it.
    pub(super) fn unsaid(&mut self, word: Word) {
        self.is_news |= word == Word::Closed;
    }

    /// Whether it would try, were it to have the right.
    pub(super) fn wants_to_try(&self, state: CircuitState, now: Nanos) -> bool {
        state == CircuitState::HalfOpen || (state == CircuitState::Open && self.is_wanted(now))
    }

    /// Whether the others are to try first, because its own trial has failed: the fault may be its own, and one bad replica
    /// must not keep all circuits open.
    pub(super) fn yields(&self, open_until: Nanos, now: Nanos) -> bool {
        self.has_failed && now < clock::after(open_until, YIELDS)
    }

    /// Takes the fleet's verdict in; `since` is how long ago the breaker entered its state, in microseconds.
    pub(super) fn heed(
        &mut self,
        (state, since): (CircuitState, u64),
        verdict: Verdict,
        (needed, is_vetoed): (u32, bool),
        (now, lifetime): (Nanos, Duration),
    ) -> Option<(CircuitState, Cause)> {
        self.heeded_until = clock::after(now, HEEDED);
        self.right_until = if verdict.right { clock::after(now, lifetime) } else { 0 };
        if verdict.forced != self.forced {
            self.forced = verdict.forced;
            return match verdict.forced {
                Some(forced) => Some((forced, Cause::Shared)),
                None => Some((CircuitState::Closed, Cause::Reset)),
            };
        }
        let is_closed_since = verdict.closed_since.is_some_and(|closed| closed < since);
        match state {
            CircuitState::Closed if verdict.others >= needed && !is_vetoed => {
                Some((CircuitState::Open, Cause::Shared))
            }
            CircuitState::Open | CircuitState::HalfOpen if is_closed_since => {
                Some((CircuitState::Closed, Cause::Shared))
            }
            _ => None,
        }
    }
}

/// How many opinions open a circuit: a quorum of the replicas, and never one alone.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of replicas")]
pub(super) fn needed(quorum: f64, replicas: u32) -> u32 {
    ((quorum * f64::from(replicas)).ceil() as u32).max(2)
}

/// Whether a replica's own calls contradict the others: enough of them, and more successes than would let it stay closed.
pub(super) fn vetoes(counts: &Counts, min_calls: u32, failure_rate: f64) -> bool {
    let calls = counts.successes + counts.failures;
    calls >= u64::from(min_calls) && counts.successes as f64 / calls as f64 > 1.0 - failure_rate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_is_two_at_least() {
        assert_eq!(needed(0.5, 1), 2);
        assert_eq!(needed(0.5, 3), 2);
        assert_eq!(needed(0.5, 10), 5);
        assert_eq!(needed(0.5, 11), 6);
        assert_eq!(needed(1.0, 50), 50);
    }

    #[test]
    fn a_replica_whose_trial_failed_lets_others_try() {
        let mut view = FleetView::default();
        let end = 1_u64 << 61;
        view.enter(CircuitState::Open, Cause::FailureRate);
        assert!(!view.yields(end, end));
        view.enter(CircuitState::Open, Cause::TrialFailed);
        assert!(view.yields(end, end));
        assert!(!view.yields(end, clock::after(end, YIELDS)));
    }

    #[test]
    fn own_successes_are_a_veto() {
        let counts = |successes, failures| Counts { successes, failures, ..Counts::default() };
        assert!(!vetoes(&counts(4, 0), 5, 0.5), "too few calls");
        assert!(vetoes(&counts(5, 0), 5, 0.5));
        assert!(!vetoes(&counts(5, 5), 5, 0.5));
        assert!(vetoes(&counts(6, 5), 5, 0.5));
    }
}
