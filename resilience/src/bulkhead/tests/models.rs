//! Queue, word and semaphore against obvious models; options.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::time::Duration;

use proptest::prelude::*;

use super::super::semaphore::{FairSemaphore, Joined, Rules};
use super::super::shares::Limits;
use crate::ambient::Priority;
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::queue::{Queue, Ticket};
use crate::rejection::Rejection;

proptest! {
    #[test]
    fn the_queue_is_a_queue(steps in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 0..300)) {
        let (mut queue, mut model) = (Queue::new(), VecDeque::<(Ticket, u32)>::new());
        let mut tickets = Vec::new();
        for (number, (step, which)) in (0..).zip(steps) {
            let known = (!tickets.is_empty()).then(|| *which.get(&tickets));
            match (step, known) {
                (0, _) => {
                    let ticket = queue.join(number);
                    prop_assert!(!tickets.contains(&ticket), "a ticket was used twice");
                    tickets.push(ticket);
                    model.push_back((ticket, number));
                }
                (1, _) => prop_assert_eq!(queue.pop_first(), model.pop_front().map(|(_, waiter)| waiter)),
                (2, Some(ticket)) => {
                    let place = model.iter().position(|(waiting, _)| *waiting == ticket);
                    let left = place.and_then(|place| model.remove(place)).map(|(_, waiter)| waiter);
                    prop_assert_eq!(queue.leave(ticket), left);
                }
                (3, Some(ticket)) => {
                    let waiting = model.iter().find(|(waiting, _)| *waiting == ticket);
                    prop_assert_eq!(queue.get_mut(ticket).copied(), waiting.map(|(_, waiter)| *waiter));
                }
                _ => {}
            }
        }
    }

    /// Any history of arrivals, departures and changes of mind: the calls in flight and the next one are as in the model.
    #[test]
    fn the_line_is_fair_and_exact(
        limit in 1_u32..5,
        longest in 1_u32..5,
        steps in prop::collection::vec((0_u8..3, 0_usize..4, any::<prop::sample::Index>()), 0..200),
    ) {
        let (semaphore, limits) = (FairSemaphore::new(), Limits::of(limit, &[0.4, 0.8, 1.0, 1.0]));
        let rules = Rules { limits, target: None };
        let (mut inside, mut waiting) = (0_u32, Vec::<Waiter>::new());
        for (step, priority, which) in steps {
            let priority = Priority::ALL[priority];
            match step {
                0 => {
                    let flag = Arc::new(Flag::default());
                    let joined = if semaphore.enter_as(priority, limits) {
                        Joined::Entered
                    } else {
                        semaphore.join(priority, rules, longest, Waker::from(Arc::clone(&flag)))
                    };
                    let is_first = waiting.iter().all(|other| other.priority < priority);
                    let is_admitted = is_first && inside < limits.get(priority);
                    prop_assert_eq!(joined == Joined::Entered, is_admitted);
                    match joined {
                        Joined::Entered => inside += 1,
                        Joined::Full => prop_assert_eq!(waiting.len(), longest as usize),
                        Joined::Waiting(ticket) => waiting.push(Waiter { priority, ticket, flag }),
                    }
                }
                1 if inside > 0 => {
                    if semaphore.exit() {
                        semaphore.hand_over(rules);
                    }
                    inside -= 1;
                    let next = (0..waiting.len()).rev().max_by_key(|place| waiting[*place].priority);
                    if let Some(next) = next.filter(|next| inside < limits.get(waiting[*next].priority)) {
                        prop_assert!(waiting.remove(next).flag.is_up(), "the next in line was not woken");
                        inside += 1;
                    }
                }
                2 if !waiting.is_empty() => {
                    let left = waiting.remove(which.index(waiting.len()));
                    semaphore.abandon(left.ticket, rules);
                    prop_assert!(!left.flag.is_up());
                }
                _ => {}
            }
            prop_assert!(waiting.iter().all(|waiter| !waiter.flag.is_up()), "a call overtook");
            prop_assert_eq!(semaphore.slots().in_flight(), inside);
            prop_assert_eq!(semaphore.slots().queued() as usize, waiting.len());
        }
    }
}

struct Waiter {
    priority: Priority,
    ticket: Ticket,
    flag: Arc<Flag>,
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Flag {
    fn is_up(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Of each thread: an interpreter takes its time.
const CALLS: u32 = if cfg!(miri) { 50 } else { 10_000 };

#[test]
fn threads_never_exceed_the_limit() {
    let bulkhead = Bulkhead::new("threads", BulkheadConfig::new().max_concurrent(2));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..CALLS {
                    if let Ok(_permit) = bulkhead.try_acquire() {
                        assert!(bulkhead.in_flight() <= 2);
                    }
                }
            });
        }
    });
    assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0));
}

#[test]
fn a_synchronous_function_is_rejected_at_once() {
    let config = BulkheadConfig::new().max_concurrent(1).max_wait(Duration::from_secs(1));
    let bulkhead = Bulkhead::new("plain", config);
    let nested = bulkhead.call_blocking(|| {
        let inner = bulkhead.call_blocking(|| Ok::<_, Rejection>(()));
        Ok::<_, Rejection>(inner)
    });
    let full = Rejection::BulkheadFull { policy: bulkhead.name(), limit: 1 };
    assert_eq!(nested, Ok(Err(full)));
    assert_eq!((bulkhead.in_flight(), bulkhead.totals().rejected), (0, 1));
}

#[test]
fn a_panic_gives_the_slot_back() {
    let bulkhead = Bulkhead::new("panic", BulkheadConfig::new());
    let call =
        || bulkhead.call_blocking(|| -> Result<(), Rejection> { panic!("a body of the user's") });
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err());
    assert_eq!(bulkhead.in_flight(), 0);
}

#[test]
fn nonsense_does_not_build() {
    fn builds(config: fn() -> BulkheadConfig) -> bool {
        std::panic::catch_unwind(|| drop(Bulkhead::new("nonsense", config()))).is_ok()
    }
    assert!(builds(|| BulkheadConfig::new().max_wait(Duration::MAX).max_queue(1)));
    assert!(!builds(|| BulkheadConfig::new().max_queue(1)));
    assert!(!builds(|| BulkheadConfig::new().max_concurrent(0)));
    assert!(!builds(|| BulkheadConfig::new().max_wait(Duration::ZERO)));
    assert!(!builds(|| BulkheadConfig::new().max_wait(Duration::MAX).max_queue(0)));
    assert!(builds(|| BulkheadConfig::new().shares([0.5, 0.5, 0.5, 1.0])));
    assert!(!builds(|| BulkheadConfig::new().shares([0.7, 0.6, 1.0, 1.0])));
    assert!(!builds(|| BulkheadConfig::new().shares([0.0, 0.6, 1.0, 1.0])));
    assert!(!builds(|| BulkheadConfig::new().shares([0.5, 0.6, 1.0, 1.1])));
}

#[test]
fn it_adds_little_to_the_size_of_a_future() {
    let bulkhead = Bulkhead::new("size", BulkheadConfig::new());
    let empty = size_of_val(&bulkhead.call(async { Ok::<_, Rejection>(()) }));
    assert!(empty <= 1 + 64, "{empty} bytes");
}

#[test]
fn a_call_that_finds_a_slot_after_all_does_not_wait() {
    let (semaphore, limits) = (FairSemaphore::new(), Limits::of(1, &[1.0; 4]));
    let rules = Rules { limits, target: None };
    let join = || semaphore.join(Priority::Critical, rules, 1, Waker::noop().clone());
    assert_eq!(join(), Joined::Entered);
    assert_eq!((semaphore.slots().in_flight(), semaphore.slots().queued()), (1, 0));
    assert!(matches!(join(), Joined::Waiting(_)));
    assert!(semaphore.exit(), "the other one waits");
}
