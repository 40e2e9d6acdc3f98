//! Calls of different priorities: what each may fill, and what is served first.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::sleep;

use crate::ambient::{Priority, detach, inherit, priority, with_priority};
use crate::bulkhead::{Bulkhead, BulkheadConfig, BulkheadPermit};
use crate::rejection::Rejection;

const TWENTY: BulkheadConfig = BulkheadConfig::new().max_concurrent(20);

/// Takes slots at that priority until one is rejected.
fn fill(bulkhead: &Bulkhead, priority: Priority) -> Vec<BulkheadPermit<'_>> {
    let take = |_| priority.scope(|| bulkhead.try_acquire());
    (0..100).map_while(|call| take(call).ok()).collect()
}

#[test]
fn each_priority_fills_its_share_of_twenty_slots() {
    for (priority, expected) in Priority::ALL.into_iter().zip([14, 17, 20, 20]) {
        let bulkhead = Bulkhead::new("shares", TWENTY);
        assert_eq!(fill(&bulkhead, priority).len(), expected, "{priority}");
    }
}

#[test]
fn what_is_in_flight_counts_whatever_its_priority() {
    let bulkhead = Bulkhead::new("together", TWENTY);
    let mut held = fill(&bulkhead, Priority::Sheddable);
    for (priority, more) in
        [(Priority::Sheddable, 0), (Priority::SheddablePlus, 3), (Priority::Critical, 3)]
    {
        let taken = fill(&bulkhead, priority);
        assert_eq!(taken.len(), more, "{priority}");
        held.extend(taken);
    }
    assert_eq!(fill(&bulkhead, Priority::CriticalPlus).len(), 0);
    let rejection = Priority::Sheddable.scope(|| bulkhead.try_acquire().unwrap_err());
    let policy = bulkhead.name();
    assert_eq!(
        rejection,
        Rejection::BulkheadFull { policy, limit: 20 },
        "the limit, not the share"
    );
}

#[test]
fn shares_of_its_own_hold_and_may_keep_slots_from_ordinary_calls_too() {
    let bulkhead = Bulkhead::new("own", TWENTY.shares([0.1, 0.2, 0.5, 1.0]));
    for (priority, expected) in Priority::ALL.into_iter().zip([2, 4, 10, 20]) {
        assert_eq!(fill(&bulkhead, priority).len(), expected, "{priority}");
    }
    bulkhead.reconfigure(TWENTY.shares([1.0; 4])).unwrap();
    assert_eq!(fill(&bulkhead, Priority::Sheddable).len(), 20);
}

#[test]
fn a_single_slot_serves_every_priority() {
    let bulkhead = Bulkhead::new("single", BulkheadConfig::new().max_concurrent(1));
    for priority in Priority::ALL {
        assert_eq!(fill(&bulkhead, priority).len(), 1, "{priority}");
    }
}

/// Calls that come one after another while the slots are taken, and the order in which they are served.
async fn served(bulkhead: &Bulkhead, calls: &[(&'static str, Priority)]) -> Vec<&'static str> {
    let served = RefCell::new(Vec::new());
    let held = fill(bulkhead, Priority::CriticalPlus);
    let call = |(name, priority)| {
        let served = &served;
        let body = async move {
            served.borrow_mut().push(name);
            sleep(Duration::from_millis(10)).await;
            Ok::<_, Rejection>(())
        };
        with_priority(priority, bulkhead.call(body))
    };
    let waiting: Vec<_> = calls.iter().copied().map(call).collect();
    let release = async {
        sleep(Duration::from_millis(1)).await;
        drop(held);
    };
    tokio::join!(join_all(waiting), release);
    served.into_inner()
}

#[tokio::test(start_paused = true)]
async fn more_important_calls_are_served_first_and_equals_in_order_of_arrival() {
    let config = BulkheadConfig::new().max_concurrent(1).max_wait(Duration::from_secs(10));
    let bulkhead = Bulkhead::new("served", config);
    let calls = [
        ("a", Priority::Sheddable),
        ("b", Priority::Critical),
        ("c", Priority::SheddablePlus),
        ("d", Priority::Critical),
        ("e", Priority::CriticalPlus),
        ("f", Priority::Sheddable),
    ];
    assert_eq!(served(&bulkhead, &calls).await, ["e", "b", "d", "c", "a", "f"]);
    assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_important_newcomer_takes_a_slot_that_those_who_wait_may_not() {
    let bulkhead = Bulkhead::new("newcomer", TWENTY.max_wait(Duration::from_secs(1)));
    let mut held = fill(&bulkhead, Priority::Sheddable);
    let mut waiting = std::pin::pin!(with_priority(Priority::Sheddable, bulkhead.acquire()));
    let mut poll = || {
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        waiting.as_mut().poll(&mut cx)
    };
    assert!(poll().is_pending());
    held.extend(fill(&bulkhead, Priority::Critical));
    assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (20, 1));
    held.truncate(14);
    assert!(poll().is_pending(), "14 in flight are its share");
    held.truncate(13);
    assert!(poll().is_ready());
    assert_eq!(bulkhead.queued(), 0);
}

#[tokio::test]
async fn a_priority_is_ambient() {
    assert_eq!(priority(), Priority::Critical);
    with_priority(Priority::Sheddable, async {
        assert_eq!(priority(), Priority::Sheddable);
        assert_eq!(
            with_priority(Priority::CriticalPlus, async { priority() }).await,
            Priority::CriticalPlus
        );
        let (bare, inherited) =
            (tokio::spawn(async { priority() }), tokio::spawn(inherit(async { priority() })));
        assert_eq!(
            (bare.await.unwrap(), inherited.await.unwrap()),
            (Priority::Critical, Priority::Sheddable)
        );
        assert_eq!(detach(async { priority() }).await, Priority::Critical);
        assert_eq!(priority(), Priority::Sheddable);
    })
    .await;
    assert_eq!(priority(), Priority::Critical);
}
