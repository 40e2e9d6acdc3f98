//! One caller in the queue: when it looks whether its turn has come, and when it gives up.

use std::borrow::Borrow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};

use super::gcra::Early;
use super::turns::{Joined, Place, TurnQueue};
use super::{Limit, RateLimiter};
use crate::ambient::deadline_nanos;
use crate::clock::{self, Nanos};
use crate::queue::Ticket;
use crate::timer;

/// What comes of waiting for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The turn has come.
    Now,
    /// The place in the queue is lost: once more, at the end.
    Again,
    /// It would take too long.
    Early(Early),
    /// The deadline in force has passed.
    Late,
    /// The store that the fleet shares does not answer.
    Alone,
}

pin_project! {
    /// A place in the queue, which is left on drop.
    pub(super) struct Waiting<'l, L: Borrow<Limit>> {
        limiter: &'l RateLimiter<L>,
        queue: &'l TurnQueue,
        // `None` when there is nothing to leave any more.
        ticket: Option<Ticket>,
        // When it looks again, unless it is called before.
        alarm: Nanos,
        // The end of its patience.
        end: Nanos,
        #[pin]
        timer: Sleep,
    }

    impl<L: Borrow<Limit>> PinnedDrop for Waiting<'_, L> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(ticket) = this.ticket {
                this.queue.leave(this.limiter.bucket(), ticket);
            }
        }
    }
}

impl<'l, L: Borrow<Limit>> Waiting<'l, L> {
    /// Goes to the end of the queue; `None` if its turn is now.
    pub(super) fn join(
        limiter: &'l RateLimiter<L>,
        cost: u32,
        cx: &Context<'_>,
    ) -> Result<Option<Self>, Start> {
        let (now, patience) = (clock::counter(), patience(limiter));
        // Before the queue is joined: outside a runtime it panics.
        timer::check_runtime();
        let queue = limiter.turn_queue();
        match queue.join(limiter.bucket(), cost, (now, patience), cx.waker().clone()) {
            Joined::Entered => Ok(None),
            Joined::TooLong(early) => Err(Start::Early(early)),
            Joined::Waiting(ticket, alarm) => {
                let (ticket, end) = (Some(ticket), now.saturating_add(patience));
                let timer = timer::sleep(clock::until(alarm, now));
                Ok(Some(Self { limiter, queue, ticket, alarm, end, timer }))
            }
        }
    }

    pub(super) fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Start> {
        loop {
            let now = clock::counter();
            if let Some(start) = self.as_mut().look(now, cx) {
                return Poll::Ready(start);
            }
            ready!(timer::poll(self.as_mut().project().timer, cx));
            if let Some(start) = self.as_mut().ring() {
                return Poll::Ready(start);
            }
        }
    }

    /// Takes its turn if it has come.
    fn look(mut self: Pin<&mut Self>, now: Nanos, cx: &Context<'_>) -> Option<Start> {
        let Some(ticket) = self.ticket else { return Some(Start::Again) };
        if has_passed(deadline_nanos()) {
            self.as_mut().leave();
            return Some(Start::Late);
        }
        match self.queue.look(self.limiter.bucket(), ticket, now, cx.waker().clone()) {
            Place::Taken => {
                self.limiter.count_waited();
                *self.project().ticket = None;
                Some(Start::Now)
            }
            Place::First(due) => {
                self.set_alarm(due, now);
                None
            }
            Place::Behind => None,
            Place::Lost => {
                *self.project().ticket = None;
                Some(Start::Again)
            }
        }
    }

    /// It is time: if others are still ahead, they are late.
    fn ring(mut self: Pin<&mut Self>) -> Option<Start> {
        let now = clock::counter();
        self.queue.press(self.limiter.bucket(), now);
        if now > self.end.saturating_add(TurnQueue::grace()) {
            self.as_mut().leave();
            return Some(Start::Early(self.limiter.early(1)));
        }
        self.set_alarm(now + TurnQueue::grace(), now);
        None
    }

    fn set_alarm(self: Pin<&mut Self>, at: Nanos, now: Nanos) {
        let this = self.project();
        if *this.alarm != at {
            *this.alarm = at;
            if let Some(at) = Instant::now().checked_add(clock::until(at, now)) {
                this.timer.reset(at);
            }
        }
    }

    fn leave(self: Pin<&mut Self>) {
        let this = self.project();
        if let Some(ticket) = this.ticket.take() {
            this.queue.leave(this.limiter.bucket(), ticket);
        }
    }
}

/// How long a call may wait now: `max_wait`, and less than the deadline in force leaves.
fn patience<L: Borrow<Limit>>(limiter: &RateLimiter<L>) -> u64 {
    until_deadline(limiter.limit().max_wait())
}

/// That long, and less than the deadline in force leaves.
pub(super) fn until_deadline(max_wait: u64) -> u64 {
    match deadline_nanos() {
        Some(end) => max_wait.min(end.saturating_sub(clock::now()).saturating_sub(1)),
        None => max_wait,
    }
}

pub(super) fn has_passed(deadline: Option<Nanos>) -> bool {
    deadline.is_some_and(|end| end <= clock::now())
}
