//! The semaphore in every interleaving that shuttle finds: never too many inside, none forgotten outside.
//!
//! `scripts/explore-interleavings`; `scripts/check-miri` runs them with the orderings of real memory.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::super::line::Turn;
use super::super::semaphore::{FairSemaphore, Joined, Rules};
use super::super::shares::Limits;
use crate::ambient::Priority;
use crate::queue::Ticket;
use crate::sync::explore::{block_on, check_pct, check_random, thread};
use crate::sync::{AtomicU32, Ordering};

const LIMIT: u32 = 1;
/// In order of arrival.
const IN_ORDER: Rules = Rules { limits: Limits::even(LIMIT), target: None };
/// The newest first, and all leave that have waited at all.
const OVERLOADED: Rules = Rules { limits: Limits::even(LIMIT), target: Some(0) };
const RUNS: usize = 5_000;

/// The bulkhead's waiter without its timer, which needs a tokio runtime.
struct Waiting<'l> {
    semaphore: &'l FairSemaphore,
    ticket: Option<Ticket>,
    priority: Priority,
    rules: Rules,
    /// Gives up when it is polled without having its turn that often.
    patience: u32,
}

impl Future for Waiting<'_> {
    /// Whether it got a slot.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        if let Some(ticket) = self.ticket {
            return self.wait(ticket, cx);
        }
        if self.semaphore.enter(LIMIT.into()) {
            return Poll::Ready(true);
        }
        match self.semaphore.join(self.priority, self.rules, u32::MAX, cx.waker().clone()) {
            Joined::Entered => Poll::Ready(true),
            Joined::Full => unreachable!("the queue has no limit"),
            Joined::Waiting(ticket) => {
                self.ticket = Some(ticket);
                self.give_up(ticket)
            }
        }
    }
}

impl Waiting<'_> {
    fn wait(&mut self, ticket: Ticket, cx: &mut Context<'_>) -> Poll<bool> {
        let turn = self.semaphore.turn(ticket, cx.waker().clone());
        if turn != Turn::Waits {
            self.ticket = None;
            return Poll::Ready(turn == Turn::Came);
        }
        self.give_up(ticket)
    }

    fn give_up(&mut self, ticket: Ticket) -> Poll<bool> {
        match self.patience.checked_sub(1) {
            Some(left) => {
                self.patience = left;
                Poll::Pending
            }
            None => {
                self.ticket = None;
                Poll::Ready(self.semaphore.leave(ticket) == Turn::Came)
            }
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.semaphore.abandon(ticket, self.rules);
        }
    }
}

/// Gives the slot back, as a permit does.
fn leave(semaphore: &FairSemaphore, rules: Rules) {
    if semaphore.exit() {
        semaphore.hand_over(rules);
    }
}

/// Goes in, checks that it is alone, and goes out.
fn visit(waiting: Waiting<'_>, inside: &AtomicU32) {
    let (semaphore, rules) = (waiting.semaphore, waiting.rules);
    if block_on(waiting) {
        assert!(inside.fetch_add(1, Ordering::SeqCst) < LIMIT, "too many inside");
        thread::yield_now();
        inside.fetch_sub(1, Ordering::SeqCst);
        leave(semaphore, rules);
    }
}

/// A waiter that is polled once and dropped, whether its turn has come or not.
fn turn_away(mut waiting: Waiting<'_>) {
    let mut cx = Context::from_waker(std::task::Waker::noop());
    if Pin::new(&mut waiting).poll(&mut cx).is_ready() {
        leave(waiting.semaphore, waiting.rules);
    }
    thread::yield_now();
}

/// Each gets in, or knows that it does not: a lost wake-up is a deadlock, which shuttle reports.
fn every_caller_gets_an_answer(semaphore: FairSemaphore, rules: Rules) {
    let (semaphore, inside) = (Arc::new(semaphore), Arc::new(AtomicU32::new(0)));
    let callers = [
        (Priority::Critical, u32::MAX),
        (Priority::Sheddable, u32::MAX),
        (Priority::CriticalPlus, 0),
        (Priority::Critical, 1),
    ];
    let threads = callers.map(|(priority, patience)| {
        let (semaphore, inside) = (Arc::clone(&semaphore), Arc::clone(&inside));
        thread::spawn(move || {
            let semaphore = &*semaphore;
            visit(Waiting { semaphore, ticket: None, priority, rules, patience }, &inside);
        })
    });
    let (priority, patience) = (Priority::Critical, u32::MAX);
    turn_away(Waiting { semaphore: &semaphore, ticket: None, priority, rules, patience });
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!((semaphore.slots().in_flight(), semaphore.slots().queued()), (0, 0));
}

fn in_order() {
    every_caller_gets_an_answer(FairSemaphore::new(), IN_ORDER);
}

fn overloaded() {
    every_caller_gets_an_answer(FairSemaphore::overloaded(), OVERLOADED);
}

#[test]
fn no_wake_up_is_lost_by_chance() {
    check_random(in_order, RUNS);
}

#[test]
fn no_wake_up_is_lost_by_priority() {
    check_pct(in_order, RUNS, 3);
}

#[test]
fn no_wake_up_is_lost_under_overload() {
    check_random(overloaded, RUNS);
    check_pct(overloaded, RUNS, 3);
}

/// A limit that is raised while a call goes to wait, as an adaptive one is at any time.
fn a_raised_limit_is_seen() {
    let (semaphore, limit) = (Arc::new(FairSemaphore::new()), Arc::new(AtomicU32::new(0)));
    let raises = {
        let (semaphore, limit) = (Arc::clone(&semaphore), Arc::clone(&limit));
        thread::spawn(move || {
            limit.store(LIMIT, Ordering::Relaxed);
            semaphore.hand_over(IN_ORDER);
        })
    };
    let rules = || Rules { limits: Limits::even(limit.load(Ordering::Relaxed)), target: None };
    let mut ticket = None;
    let gets_in = std::future::poll_fn(|cx| match ticket {
        Some(ticket) => match semaphore.turn(ticket, cx.waker().clone()) {
            Turn::Waits => Poll::Pending,
            turn => Poll::Ready(turn == Turn::Came),
        },
        None => {
            let seen = rules();
            match semaphore.join(Priority::Critical, seen, u32::MAX, cx.waker().clone()) {
                Joined::Entered => return Poll::Ready(true),
                Joined::Full => unreachable!("the queue has no limit"),
                Joined::Waiting(joined) => ticket = Some(joined),
            }
            if rules() != seen {
                semaphore.hand_over(rules());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    });
    assert!(block_on(gets_in));
    raises.join().unwrap();
    assert_eq!((semaphore.slots().in_flight(), semaphore.slots().queued()), (1, 0));
}

#[test]
fn a_raised_limit_wakes_who_waits() {
    check_random(a_raised_limit_is_seen, RUNS);
    check_pct(a_raised_limit_is_seen, RUNS, 3);
}
