//! The semaphore in every interleaving that shuttle finds: never too many inside, none forgotten outside.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p resilience --release interleavings`

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use shuttle::sync::atomic::{AtomicU32, Ordering};
use shuttle::{check_pct, check_random, future, thread};

use super::super::semaphore::{FairSemaphore, Joined};
use super::super::shares::Limits;
use crate::ambient::Priority;
use crate::queue::Ticket;

const LIMIT: u32 = 1;
const LIMITS: Limits = Limits::even(LIMIT);
const RUNS: usize = 5_000;

/// The bulkhead's waiter without its timer, which needs a tokio runtime.
struct Waiting<'l> {
    semaphore: &'l FairSemaphore,
    ticket: Option<Ticket>,
    priority: Priority,
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
        match self.semaphore.join(self.priority, LIMITS, u32::MAX, cx.waker().clone()) {
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
        if self.semaphore.is_next(ticket, cx.waker().clone()) {
            self.ticket = None;
            return Poll::Ready(true);
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
                Poll::Ready(!self.semaphore.leave(ticket))
            }
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.semaphore.abandon(ticket, LIMITS);
        }
    }
}

/// Gives the slot back, as a permit does.
fn leave(semaphore: &FairSemaphore) {
    if semaphore.exit() {
        semaphore.hand_over(LIMITS);
    }
}

/// Goes in, checks that it is alone, and goes out.
fn visit(semaphore: &FairSemaphore, inside: &AtomicU32, priority: Priority, patience: u32) {
    if future::block_on(Waiting { semaphore, ticket: None, priority, patience }) {
        assert!(inside.fetch_add(1, Ordering::SeqCst) < LIMIT, "too many inside");
        thread::yield_now();
        inside.fetch_sub(1, Ordering::SeqCst);
        leave(semaphore);
    }
}

/// A waiter that is polled once and dropped, whether its turn has come or not.
fn turn_away(semaphore: &FairSemaphore) {
    let priority = Priority::Critical;
    let mut waiting = Waiting { semaphore, ticket: None, priority, patience: u32::MAX };
    let mut cx = Context::from_waker(std::task::Waker::noop());
    if Pin::new(&mut waiting).poll(&mut cx).is_ready() {
        leave(semaphore);
    }
    thread::yield_now();
}

fn every_caller_gets_through() {
    let (semaphore, inside) = (Arc::new(FairSemaphore::new()), Arc::new(AtomicU32::new(0)));
    let callers = [
        (Priority::Critical, u32::MAX),
        (Priority::Sheddable, u32::MAX),
        (Priority::CriticalPlus, 0),
        (Priority::Critical, 1),
    ];
    let threads = callers.map(|(priority, patience)| {
        let (semaphore, inside) = (Arc::clone(&semaphore), Arc::clone(&inside));
        thread::spawn(move || visit(&semaphore, &inside, priority, patience))
    });
    turn_away(&semaphore);
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!((semaphore.slots().in_flight(), semaphore.slots().queued()), (0, 0));
}

/// A lost wake-up is a deadlock, which shuttle reports.
#[test]
fn no_wake_up_is_lost_by_chance() {
    check_random(every_caller_gets_through, RUNS);
}

#[test]
fn no_wake_up_is_lost_by_priority() {
    check_pct(every_caller_gets_through, RUNS, 3);
}
