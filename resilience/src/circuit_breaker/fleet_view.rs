//! What a breaker knows of the fleet's opinions about its dependency. Pure: time is an argument.

use std::time::Duration;

use crate::circuit_state::{Cause, CircuitState, Counts};
use crate::clock::{self, Nanos};
use crate::fleet::opinion::{Verdict, Word};

/// How long the fleet is heeded that is not heard of any more: its word comes every second.
const HEEDED: Duration = Duration::from_secs(3);
/// How long a call that waits for a trial counts as waiting: a replica without calls must not keep the right to try.
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
    /// When a call came last that could have been a trial; 0 for never since the state changed.
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

    /// Notes a call that is a trial or waits for one; whether it is the first for a while, so that the fleet has to be asked.
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

    /// The store has not heard it. It is news as long as it is true.
    pub(super) fn unsaid(&mut self, word: Word, state: CircuitState) {
        self.is_news |= word == Word::Closed && state == CircuitState::Closed;
    }

    /// Whether it would try, were it to have the right: a trial of its own runs, or a call wanted to be one a short while ago.
    pub(super) fn wants_to_try(&self, is_trying: bool, now: Nanos) -> bool {
        is_trying || self.is_wanted(now)
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
        (is_quorum, is_vetoed): (bool, bool),
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
            CircuitState::Closed if is_quorum && !is_vetoed => {
                Some((CircuitState::Open, Cause::Shared))
            }
            CircuitState::Open | CircuitState::HalfOpen if is_closed_since => {
                Some((CircuitState::Closed, Cause::Shared))
            }
            _ => None,
        }
    }
}

/// Whether so many opinions open a circuit: those of a quorum of the replicas, and never one alone. The ratio is compared
/// as every other, exact for decimal literals.
pub(super) fn is_quorum(others: u32, quorum: f64, replicas: u32) -> bool {
    others >= 2 && f64::from(others) / f64::from(replicas.max(1)) >= quorum
}

/// Whether a replica's own calls contradict the others: enough of them, and more successes than would let it stay closed.
pub(super) fn vetoes(counts: &Counts, min_calls: u64, failure_rate: f64) -> bool {
    let calls = counts.successes + counts.failures;
    calls >= min_calls && counts.successes as f64 / calls as f64 > 1.0 - failure_rate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_is_two_at_least_and_exact() {
        let needed = |quorum: f64, replicas: u32| {
            (0..=replicas.max(2)).find(|others| is_quorum(*others, quorum, replicas)).unwrap()
        };
        let quorums = [(0.5, 1), (0.5, 3), (0.5, 10), (0.5, 11), (1.0, 50)];
        assert_eq!(quorums.map(|(quorum, of)| needed(quorum, of)), [2, 2, 5, 6, 50]);
        let exact = [(0.28, 25), (0.07, 100), (0.14, 50), (0.56, 25)];
        assert_eq!(exact.map(|(quorum, of)| needed(quorum, of)), [7, 7, 7, 14]);
    }

    #[test]
    fn the_right_to_try_is_kept_by_calls_alone() {
        let mut view = FleetView::default();
        let now = 1_u64 << 61;
        view.want(now);
        assert!(view.wants_to_try(false, now));
        assert!(!view.wants_to_try(false, clock::after(now, WANTED)));
        assert!(view.wants_to_try(true, clock::after(now, WANTED)), "its trial runs");
    }

    #[test]
    fn old_news_is_not_told_again() {
        let mut view = FleetView::default();
        view.enter(CircuitState::Closed, Cause::TrialsSucceeded);
        assert_eq!(view.word(CircuitState::Closed, 0, 1), Word::Closed);
        view.enter(CircuitState::Open, Cause::FailureRate);
        view.unsaid(Word::Closed, CircuitState::Open);
        assert_ne!(view.word(CircuitState::Open, 2_000, 1), Word::Closed);
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

    fn heeded(state: CircuitState, since: u64, verdict: Verdict) -> Option<CircuitState> {
        let mut view = FleetView::default();
        let times = (1 << 61, Duration::from_secs(1));
        view.heed((state, since), verdict, (false, false), times).map(|(state, _)| state)
    }

    #[test]
    fn a_quorum_opens_a_closed_circuit_that_its_own_calls_do_not_defend() {
        let heeded = |state, quorum| {
            let mut view = FleetView::default();
            let times = (1 << 61, Duration::from_secs(1));
            view.heed((state, 10), Verdict::default(), quorum, times)
        };
        let opens = Some((CircuitState::Open, Cause::Shared));
        assert_eq!(heeded(CircuitState::Closed, (true, false)), opens);
        for (state, quorum) in [
            (CircuitState::Closed, (true, true)),
            (CircuitState::Closed, (false, false)),
            (CircuitState::HalfOpen, (true, false)),
            (CircuitState::ForcedClosed, (true, false)),
        ] {
            assert_eq!(heeded(state, quorum), None);
        }
    }

    #[test]
    fn a_forced_state_is_entered_once_and_left_once() {
        let mut view = FleetView::default();
        let mut heed = |state, forced| {
            let verdict = Verdict { forced, ..Verdict::default() };
            let times = (1 << 61, Duration::from_secs(1));
            view.heed((state, 10), verdict, (false, false), times)
        };
        let forced = CircuitState::ForcedOpen;
        assert_eq!(heed(CircuitState::Closed, None), None);
        assert_eq!(heed(CircuitState::Closed, Some(forced)), Some((forced, Cause::Shared)));
        assert_eq!(heed(forced, Some(forced)), None);
        assert_eq!(heed(forced, None), Some((CircuitState::Closed, Cause::Reset)));
        assert_eq!(heed(CircuitState::Closed, None), None);
    }

    #[test]
    fn only_what_its_own_calls_have_opened_is_an_opinion_of_its_own() {
        let word = |cause, open_until: Nanos| {
            let mut view = FleetView::default();
            view.enter(CircuitState::Open, cause);
            view.word(CircuitState::Open, open_until, 5_000)
        };
        assert_eq!(word(Cause::FailureRate, 8_500), Word::Open(4), "rounded up to microseconds");
        assert_eq!(word(Cause::FailureRate, 5_000), Word::Well);
        assert_eq!(word(Cause::Shared, 8_500), Word::Well);
        let mut view = FleetView::default();
        view.enter(CircuitState::HalfOpen, Cause::FailureRate);
        assert_eq!(view.word(CircuitState::Open, 8_500, 5_000), Word::Well);
        view.enter(CircuitState::Closed, Cause::Shared);
        assert_eq!(view.word(CircuitState::Closed, 0, 5_000), Word::Well, "they know");
    }

    #[test]
    fn only_trials_that_succeeded_after_it_opened_close_it() {
        let closed = |closed| Verdict { closed_since: Some(closed), ..Verdict::default() };
        for state in [CircuitState::Open, CircuitState::HalfOpen] {
            assert_eq!(heeded(state, 10, closed(9)), Some(CircuitState::Closed));
            assert_eq!(heeded(state, 10, closed(10)), None);
            assert_eq!(heeded(state, 10, closed(11)), None);
            assert_eq!(heeded(state, 10, Verdict::default()), None);
        }
        assert_eq!(heeded(CircuitState::Closed, 10, closed(9)), None);
    }

    #[test]
    fn a_replica_without_the_right_waits_for_as_long_as_it_believes_the_fleet() {
        let (mut view, now) = (FleetView::default(), 1_u64 << 61);
        assert!(!view.must_wait(now), "nothing is known");
        let mut heed = |right| {
            let verdict = Verdict { right, ..Verdict::default() };
            let times = (now, Duration::from_secs(1));
            view.heed((CircuitState::HalfOpen, 10), verdict, (false, false), times);
            [now, clock::after(now, HEEDED) - 1, clock::after(now, HEEDED)]
                .map(|at| view.must_wait(at))
        };
        assert_eq!(heed(false), [true, true, false]);
        assert_eq!(heed(true), [false, true, false], "the right is over before");
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
