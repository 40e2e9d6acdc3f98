//! What a breaker makes of its fleet's opinions.

use std::time::Duration;

use super::super::fleet_view::{FleetView, HEEDED, WANTED, YIELDS, is_quorum, vetoes};
use crate::circuit_state::{Cause, CircuitState, Counts};
use crate::clock::{self, Nanos};
use crate::fleet::opinion::{Verdict, Word};

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
fn news_that_the_store_has_not_heard_is_told_again() {
    let mut view = FleetView::default();
    view.enter(CircuitState::Closed, Cause::TrialsSucceeded);
    for heard in [false, true] {
        let word = view.word(CircuitState::Closed, 0, 1);
        assert_eq!(word, Word::Closed);
        if !heard {
            view.unsaid(word, CircuitState::Closed);
        }
    }
    assert_eq!(view.word(CircuitState::Closed, 0, 1), Word::Well);
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
        [now, clock::after(now, HEEDED) - 1, clock::after(now, HEEDED)].map(|at| view.must_wait(at))
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
