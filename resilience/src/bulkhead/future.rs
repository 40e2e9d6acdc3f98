//! Waiting for a slot, and the call that holds one.

use std::mem::{self, ManuallyDrop};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::Sleep;

use super::adaptive::{Judge, Start};
use super::line::Turn;
use super::semaphore::Joined;
use super::{Bulkhead, BulkheadPermit};
use crate::ambient::{Priority, deadline_nanos, note_queued};
use crate::clock;
use crate::queue::Ticket;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;
use crate::timer;

pin_project! {
    /// The future of a call in a bulkhead. Dropped early, it leaves the queue or gives its slot back.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Admitted<'b, A: PolicyRef<'b, Bulkhead>, F, J> {
        // Timed out, it is dropped before the slot is given back: what ends inside still counts as running. One that ends
        // by itself owns nothing any more, or is `DropOnReady`.
        #[pin]
        inner: F,
        acquire: Acquire<'b, A>,
        judge: J,
    }
}

impl<'b, A: PolicyRef<'b, Bulkhead>, F, J> Admitted<'b, A, F, J> {
    /// `judge` says how its end counts for an adaptive limit.
    #[inline]
    pub(super) fn new(bulkhead: A, inner: F, judge: J) -> Self {
        Self { inner, acquire: Acquire::new(bulkhead), judge }
    }
}

impl<'b, R, A, F, J> Future for Admitted<'b, A, F, J>
where
    A: PolicyRef<'b, Bulkhead>,
    F: Future<Output = Result<R, Rejection>>,
    J: Judge<R>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // In hand for as long as the body runs, so that a call that is ready at once never stores it.
        let permit = match ready!(this.acquire.poll_slot(cx)) {
            Ok(permit) => permit,
            Err(rejection) => return Poll::Ready(Err(rejection)),
        };
        let outcome = this.inner.poll(cx);
        match &outcome {
            Poll::Pending => this.acquire.keep(permit),
            Poll::Ready(outcome) => permit.end(|| this.judge.end(outcome)),
        }
        outcome
    }
}

/// The future of [`Bulkhead::acquire`]. Dropped early, it leaves the queue.
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Acquire<'b, A: PolicyRef<'b, Bulkhead> = &'b Bulkhead> {
    bulkhead: A,
    standing: Standing<'b>,
}

/// Where a call stands. Only one that waits has anything on the heap; [`Acquire`] drops that, so that one comparison
/// tells whether there is anything to drop.
#[derive(Debug)]
enum Standing<'b> {
    Outside,
    InLine(ManuallyDrop<Pin<Box<Waiter<'b>>>>),
    Inside(Start),
}

/// What came of asking for entry.
enum Entry<'b> {
    Admitted(Start),
    Rejected,
    /// A slot came after the deadline.
    Late,
    Waiting(Pin<Box<Waiter<'b>>>),
}

impl<'b, A: PolicyRef<'b, Bulkhead>> Acquire<'b, A> {
    #[inline]
    pub(super) fn new(bulkhead: A) -> Self {
        Self { bulkhead, standing: Standing::Outside }
    }

    #[inline]
    fn poll_slot(&mut self, cx: &mut Context<'_>) -> Poll<Result<BulkheadPermit<'b>, Rejection>> {
        match self.enter(cx) {
            Entry::Admitted(start) => {
                Poll::Ready(Ok(BulkheadPermit::new(self.bulkhead.policy(), start)))
            }
            Entry::Rejected => Poll::Ready(Err(self.bulkhead.policy().reject())),
            Entry::Late => Poll::Ready(Err(self.bulkhead.policy().reject_late())),
            Entry::Waiting(waiter) => {
                note_queued();
                self.standing = Standing::InLine(ManuallyDrop::new(waiter));
                Poll::Pending
            }
        }
    }

    /// Leaves nothing standing: what it was is in the answer.
    #[inline]
    fn enter(&mut self, cx: &mut Context<'_>) -> Entry<'b> {
        if matches!(self.standing, Standing::Outside) {
            let bulkhead = self.bulkhead.policy();
            return match bulkhead.enter() {
                Some(start) => Entry::Admitted(start),
                None => join_queue(bulkhead, cx),
            };
        }
        match mem::replace(&mut self.standing, Standing::Outside) {
            Standing::InLine(waiter) => wait(ManuallyDrop::into_inner(waiter), cx),
            Standing::Inside(start) => Entry::Admitted(start),
            Standing::Outside => Entry::Admitted(Start::NONE),
        }
    }

    /// Holds the slot until the next poll, or the drop.
    #[inline]
    fn keep(&mut self, permit: BulkheadPermit<'b>) {
        self.standing = Standing::Inside(permit.keep());
    }
}

impl<'b, A: PolicyRef<'b, Bulkhead> + Unpin> Future for Acquire<'b, A> {
    type Output = Result<BulkheadPermit<'b>, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_slot(cx)
    }
}

impl<'b, A: PolicyRef<'b, Bulkhead>> Drop for Acquire<'b, A> {
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "nearly always one comparison, which must not become a call"
    )]
    fn drop(&mut self) {
        if !matches!(self.standing, Standing::Outside) {
            leave(self.bulkhead.policy(), mem::replace(&mut self.standing, Standing::Outside));
        }
    }
}

#[cold]
#[inline(never)]
fn leave<'b>(bulkhead: &'b Bulkhead, standing: Standing<'b>) {
    match standing {
        Standing::Outside => {}
        // It leaves the queue.
        Standing::InLine(waiter) => drop(ManuallyDrop::into_inner(waiter)),
        Standing::Inside(start) => drop(BulkheadPermit::new(bulkhead, start)),
    }
}

/// Goes to wait, unless a slot has become free meanwhile.
#[cold]
#[inline(never)]
fn join_queue<'b>(bulkhead: &'b Bulkhead, cx: &mut Context<'_>) -> Entry<'b> {
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
            wait(Box::pin(Waiter { bulkhead, ticket: Some(ticket), timer }), cx)
        }
    }
}

#[cold]
#[inline(never)]
fn wait<'b>(mut waiter: Pin<Box<Waiter<'b>>>, cx: &mut Context<'_>) -> Entry<'b> {
    match waiter.as_mut().poll_turn(cx) {
        Poll::Pending => Entry::Waiting(waiter),
        Poll::Ready(true) if is_late() => {
            drop(BulkheadPermit::new(waiter.bulkhead, Start::NONE));
            Entry::Late
        }
        Poll::Ready(true) => Entry::Admitted(waiter.bulkhead.start()),
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
    struct Waiter<'b> {
        bulkhead: &'b Bulkhead,
        // `None` when there is nothing to leave any more.
        ticket: Option<Ticket>,
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
        // A task that has used up its budget must not lose its patience too.
        ready!(pin!(coop::unconstrained(this.timer)).poll(cx));
        *this.ticket = None;
        // Its turn may have come in the last moment.
        Poll::Ready(slots.leave(ticket) == Turn::Came)
    }
}
