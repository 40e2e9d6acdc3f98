//! A call that waits for a slot: it leaves the queue when it is dropped, or when its time is up.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::adaptive::Start;
use super::line::Turn;
use super::semaphore::Joined;
use super::{Bulkhead, BulkheadPermit};
use crate::ambient::{Priority, deadline_nanos};
use crate::clock::{self, Nanos};
use crate::histogram::{Histogram, Latency};
use crate::queue::Ticket;
use crate::timer;

/// What came of asking for entry.
pub(super) enum Entry<'b> {
    Admitted(Start),
    Rejected,
    /// A slot came after the deadline.
    Late,
    Waiting(Pin<Box<Waiter<'b>>>),
}

/// Goes to wait, unless a slot has become free meanwhile.
#[cold]
#[inline(never)]
pub(super) fn join_queue<'b>(bulkhead: &'b Bulkhead, cx: &mut Context<'_>) -> Entry<'b> {
    let (config, rules) = (bulkhead.config(), bulkhead.rules());
    let Some(max_wait) = config.max_wait else { return Entry::Rejected };
    // Made before it is needed: outside a runtime it panics.
    let timer = timer::sleep(max_wait);
    let (priority, waker) = (Priority::current(), cx.waker().clone());
    match bulkhead.semaphore().join(priority, rules, config.longest_queue(), waker) {
        Joined::Full => Entry::Rejected,
        Joined::Entered => {
            if let Some(target) = rules.target {
                bulkhead.semaphore().note_free(target);
            }
            Entry::Admitted(bulkhead.start())
        }
        Joined::Waiting(ticket) => {
            // The limit may have been raised before this one could be seen in the queue.
            if bulkhead.rules() != rules {
                bulkhead.hand_over();
            }
            let since = clock::counter();
            wait(Box::pin(Waiter { bulkhead, ticket: Some(ticket), since, timer }), cx)
        }
    }
}

#[cold]
#[inline(never)]
pub(super) fn wait<'b>(mut waiter: Pin<Box<Waiter<'b>>>, cx: &mut Context<'_>) -> Entry<'b> {
    match waiter.as_mut().poll_turn(cx) {
        Poll::Pending => Entry::Waiting(waiter),
        Poll::Ready(true) if is_late() => {
            drop(BulkheadPermit::new(waiter.bulkhead, Start::NONE));
            Entry::Late
        }
        Poll::Ready(true) => {
            waiter.bulkhead.note_wait(waiter.since);
            Entry::Admitted(waiter.bulkhead.start())
        }
        Poll::Ready(false) if is_late() => Entry::Late,
        Poll::Ready(false) => Entry::Rejected,
    }
}

/// Whether the deadline in force has passed: nothing begins any more.
fn is_late() -> bool {
    deadline_nanos().is_some_and(|end| end <= clock::now())
}

pin_project! {
    /// A place in the queue. It is left on drop; a slot that had come meanwhile goes to the next.
    #[derive(Debug)]
    pub(super) struct Waiter<'b> {
        bulkhead: &'b Bulkhead,
        // `None` when there is nothing to leave any more.
        ticket: Option<Ticket>,
        // When it began to wait, by the processor's counter.
        since: Nanos,
        #[pin]
        timer: Sleep,
    }

    impl PinnedDrop for Waiter<'_> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(ticket) = this.ticket {
                this.bulkhead.semaphore().abandon(ticket, this.bulkhead.rules());
            }
        }
    }
}

impl Waiter<'_> {
    /// Whether it got a slot: true when its turn has come, false when its time is up.
    fn poll_turn(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        let Some(ticket) = *this.ticket else { return Poll::Ready(false) };
        let slots = this.bulkhead.semaphore();
        let turn = slots.turn(ticket, cx.waker().clone());
        if turn != Turn::Waits {
            *this.ticket = None;
            return Poll::Ready(turn == Turn::Came);
        }
        ready!(timer::poll(this.timer, cx));
        *this.ticket = None;
        // Its turn may have come in the last moment.
        Poll::Ready(slots.leave(ticket) == Turn::Came)
    }
}

impl Bulkhead {
    /// How long calls waited that got a slot; `None` while none has waited.
    pub(crate) fn waits(&self) -> Option<Histogram> {
        self.waits.get().map(Latency::read)
    }

    #[cold]
    fn note_wait(&self, since: Nanos) {
        let waited = Duration::from_nanos(clock::counter().saturating_sub(since));
        self.waits.get_or_init(|| Box::new(Latency::new())).record(waited);
    }
}
