//! A lease alone: what it believes, asks for and keeps.

use std::time::Duration;

use super::super::gcra::{Early, Gcra};
use super::super::lease::{Lease, Terms};
use crate::clock::{self, Nanos};
use crate::fleet::ask::{Answer, Ask};
use crate::name::Name;

const NOW: Nanos = 1 << 61;
const MS: Nanos = 1_000_000;
/// A call each millisecond; a store counts in microseconds.
const PART: Gcra = Gcra::new(MS, 1_000);
const SECOND: Duration = Duration::from_secs(1);

fn lease() -> Lease {
    Lease::new(Name::new("lease"), None)
}

fn terms(lease: Duration) -> Terms {
    let ask = Ask { interval: 1_000, limit: 1_000_000, ..Ask::default() };
    Terms { ask, lease, burst: 1_000, part: PART }
}

/// A call now and each millisecond from then on, the first of them rejected: when the store would be asked again.
fn believed_for(leased: Duration, wait: u64) -> u64 {
    let (lease, terms) = (lease(), terms(leased));
    let early = lease.rejected(NOW, 1, Answer { turns: 0, wait, arrival: 0 }, &terms);
    assert_eq!(early.nanos(), (wait * 1_000).max(1), "the caller is told what the store said");
    let denied = |at: Nanos| lease.denied(at, 1, 0, &terms).is_some();
    (0..1_000).find(|after| !denied(NOW + after * MS)).unwrap()
}

#[test]
fn a_rejection_is_believed_as_long_as_the_store_said_and_ten_milliseconds_at_least() {
    assert_eq!(believed_for(SECOND, 25_000), 25);
    assert_eq!(believed_for(SECOND, 0), 10);
    assert_eq!(believed_for(Duration::from_millis(20), 0), 4, "a fifth of a short lease");
}

#[test]
fn a_heavier_call_is_rejected_for_longer_and_a_lighter_one_asks() {
    let (lease, terms) = (lease(), terms(SECOND));
    lease.rejected(NOW, 2, Answer { turns: 0, wait: 25_000, arrival: 0 }, &terms);
    let early = |cost| lease.denied(NOW, cost, 0, &terms).map(Early::nanos);
    assert_eq!([1, 2, 4].map(early), [None, Some(25 * MS), Some(27 * MS)]);
    assert!(lease.denied(NOW, 2, 25 * MS, &terms).is_none(), "it can wait for its turn");
    lease.granted(NOW, 1, &terms);
    assert_eq!(early(2), None, "the store has granted turns since");
}

/// Calls for a second, one each millisecond, of a limit that asks the store each time.
fn used(lease: &Lease, terms: &Terms) -> Nanos {
    for call in 0..1_000 {
        lease.settle(NOW, lease.question(NOW + call * MS, 1, 0, terms).1, 0, terms);
    }
    NOW + 1_000 * MS
}

#[test]
fn one_question_at_a_time_asks_for_what_a_lease_uses() {
    let (lease, terms) = (lease(), terms(Duration::from_millis(30)));
    let (ask, fetches) = lease.question(NOW, 1, 7, &terms);
    assert_eq!((ask.wanted, fetches), (1, false), "nothing is known to be used");
    let now = used(&lease, &terms);
    let (ask, fetches) = lease.question(now, 1, 7, &terms);
    assert_eq!((ask.need, ask.wanted, ask.patience, ask.unused), (1, 30, 7, 0));
    assert!(fetches);
    let (ask, fetches) = lease.question(now, 2, 7, &terms);
    assert_eq!((ask.need, ask.wanted, fetches), (2, 2, false), "the first is under way");
    lease.settle(now, true, 0, &terms);
    assert!(lease.question(now, 1, 7, &terms).1);
}

#[test]
fn what_was_fetched_is_used_and_the_rest_given_back_when_its_time_is_over() {
    let (lease, terms) = (lease(), terms(Duration::from_millis(30)));
    let now = used(&lease, &terms);
    lease.settle(now, true, 29, &terms);
    let low: Vec<_> = (0..29).map(|_| lease.take(now, 1).unwrap()).collect();
    assert_eq!(low.iter().filter(|low| **low).count(), 11, "below a third, more are fetched");
    assert_eq!(lease.take(now, 1), None);
    lease.settle(now, false, 5, &terms);
    let over = clock::after(now, Duration::from_millis(32));
    assert_eq!(lease.take(over, 1), None);
    assert_eq!(lease.question(over, 1, 0, &terms).0.unused, 5);
    assert_eq!(lease.question(over, 1, 0, &terms).0.unused, 0, "given back once");
}

#[test]
fn nothing_is_fetched_ahead_while_the_store_rejects() {
    let (lease, terms) = (lease(), terms(Duration::from_millis(30)));
    let now = used(&lease, &terms);
    let ask = lease.prefetch(now, &terms).unwrap();
    assert_eq!((ask.need, ask.unused), (1, 0));
    assert!(ask.wanted > 1, "{ask:?}");
    assert!(lease.prefetch(now, &terms).is_none(), "one at a time");
    lease.settle(now, true, 0, &terms);
    lease.rejected(now, 1, Answer { turns: 0, wait: 25_000, arrival: 0 }, &terms);
    assert!(lease.prefetch(now, &terms).is_none());
    assert!(lease.prefetch(now + 25 * MS, &terms).is_some());
}

#[test]
fn a_call_of_more_than_a_burst_is_too_heavy() {
    let terms = terms(SECOND);
    assert_eq!(terms.too_heavy(1_000), None);
    assert_eq!(terms.too_heavy(1_001), Some(Early::NEVER));
}

#[test]
fn a_reset_forgets_what_the_store_said() {
    let (lease, terms) = (lease(), terms(SECOND));
    lease.rejected(NOW, 1, Answer { turns: 0, wait: 25_000, arrival: 0 }, &terms);
    assert!(lease.denied(NOW, 1, 0, &terms).is_some());
    lease.reset();
    assert!(lease.denied(NOW, 1, 0, &terms).is_none());
}
