//! A call in a bulkhead: it takes a slot, and gives it back.

use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::adaptive::{Judge, Start};
use super::waiter::{Entry, Waiter, join_queue, wait};
use super::{Bulkhead, BulkheadPermit};
use crate::ambient::note_queued;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;

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
            Ok(start) => this.acquire.permit(start),
            Err(rejection) => return Poll::Ready(Err(rejection)),
        };
        match this.inner.poll(cx) {
            Poll::Ready(outcome) => Poll::Ready(permit.end(outcome, this.judge)),
            Poll::Pending => {
                this.acquire.keep(permit);
                Poll::Pending
            }
        }
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

impl<'b, A: PolicyRef<'b, Bulkhead>> Acquire<'b, A> {
    #[inline]
    pub(super) fn new(bulkhead: A) -> Self {
        Self { bulkhead, standing: Standing::Outside }
    }

    /// Takes a slot, for which [`permit`](Self::permit) answers from then on.
    #[inline]
    fn poll_slot(&mut self, cx: &mut Context<'_>) -> Poll<Result<Start, Rejection>> {
        match self.enter(cx) {
            Entry::Admitted(start) => Poll::Ready(Ok(start)),
            Entry::Rejected => Poll::Ready(Err(self.bulkhead.policy().reject())),
            Entry::Late => Poll::Ready(Err(self.bulkhead.policy().reject_late())),
            Entry::Waiting(waiter) => {
                note_queued();
                self.standing = Standing::InLine(ManuallyDrop::new(waiter));
                Poll::Pending
            }
        }
    }

    /// The permit of a slot that was just taken. Made after all ways to one have met, it holds the address of a static as a
    /// constant.
    #[inline]
    fn permit(&self, start: Start) -> BulkheadPermit<'b> {
        BulkheadPermit::new(self.bulkhead.policy(), start)
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
        let slot = ready!(self.poll_slot(cx));
        Poll::Ready(slot.map(|start| self.permit(start)))
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
