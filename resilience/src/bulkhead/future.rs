//! Waiting for a slot, and the call that holds one.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::Sleep;

use super::line::Joined;
use super::queue::Ticket;
use super::{Bulkhead, BulkheadPermit};
use crate::Rejection;

pin_project! {
    /// The future of a call in a bulkhead. Dropped early, it leaves the queue or gives its slot back.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Admitted<'b, F> {
        // Dropped before the slot is given back: what ends inside still counts as running.
        #[pin]
        inner: Option<F>,
        permit: Option<BulkheadPermit<'b>>,
        acquire: Acquire<'b>,
    }
}

/// Runs `inner` in a slot.
#[inline]
pub fn guard<R, F>(bulkhead: &Bulkhead, inner: F) -> Admitted<'_, F>
where
    F: Future<Output = Result<R, Rejection>>,
{
    Admitted { inner: Some(inner), permit: None, acquire: Acquire::new(bulkhead) }
}

/// The same for a plain function, which never waits.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the bulkhead's refusal")]
#[inline]
pub fn guard_blocking<R>(
    bulkhead: &Bulkhead,
    inner: impl FnOnce() -> Result<R, Rejection>,
) -> Result<R, Rejection> {
    let _permit = bulkhead.try_acquire()?;
    inner()
}

impl<R, F: Future<Output = Result<R, Rejection>>> Future for Admitted<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        // In hand for as long as the body runs, so that a call that is ready at once never stores it.
        let permit = match this.permit.take() {
            Some(permit) => permit,
            None => match ready!(this.acquire.poll_slot(cx)) {
                Ok(permit) => permit,
                Err(rejection) => {
                    this.inner.set(None);
                    return Poll::Ready(Err(rejection));
                }
            },
        };
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let outcome = inner.poll(cx);
        if outcome.is_pending() {
            *this.permit = Some(permit);
        } else {
            this.inner.set(None);
            drop(permit);
        }
        outcome
    }
}

/// The future of [`Bulkhead::acquire`]. Dropped early, it leaves the queue.
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Acquire<'b> {
    bulkhead: &'b Bulkhead,
    place: Place<'b>,
}

impl<'b> Acquire<'b> {
    #[inline]
    pub(super) fn new(bulkhead: &'b Bulkhead) -> Self {
        Self { bulkhead, place: Place(None) }
    }

    #[inline]
    fn poll_slot(&mut self, cx: &mut Context<'_>) -> Slot<'b> {
        if self.place.0.is_none() && self.bulkhead.enter() {
            return Poll::Ready(Ok(BulkheadPermit::new(self.bulkhead)));
        }
        // By value: a place that nobody points to costs calls that don't wait nothing.
        let (place, slot) = poll_wait(self.bulkhead, self.place.0.take(), cx);
        self.place.0 = place;
        slot
    }
}

impl<'b> Future for Acquire<'b> {
    type Output = Result<BulkheadPermit<'b>, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_slot(cx)
    }
}

#[cold]
fn poll_wait<'b>(
    bulkhead: &'b Bulkhead,
    place: Option<Pin<Box<Waiter<'b>>>>,
    cx: &mut Context<'_>,
) -> (Option<Pin<Box<Waiter<'b>>>>, Slot<'b>) {
    let place = match place {
        Some(place) => Ok(Some(place)),
        None => stand_in_line(bulkhead, cx),
    };
    match place {
        Err(rejection) => (None, Poll::Ready(Err(rejection))),
        Ok(None) => (None, Poll::Ready(Ok(BulkheadPermit::new(bulkhead)))),
        Ok(Some(mut waiter)) => match waiter.as_mut().poll_turn(cx) {
            Poll::Pending => (Some(waiter), Poll::Pending),
            Poll::Ready(true) => (None, Poll::Ready(Ok(BulkheadPermit::new(bulkhead)))),
            Poll::Ready(false) => (None, Poll::Ready(Err(bulkhead.refuse()))),
        },
    }
}

/// `None` when a slot has become free meanwhile, and is taken.
fn stand_in_line<'b>(
    bulkhead: &'b Bulkhead,
    cx: &Context<'_>,
) -> Result<Option<Pin<Box<Waiter<'b>>>>, Rejection> {
    let config = bulkhead.config();
    let Some(max_wait) = config.max_wait else { return Err(bulkhead.refuse()) };
    // Made before it is needed: outside a runtime it panics.
    let timer = tokio::time::sleep(max_wait);
    match bulkhead.line().join(config.max_concurrent, config.longest_queue(), cx.waker().clone()) {
        Joined::Full => Err(bulkhead.refuse()),
        Joined::Entered => Ok(None),
        Joined::Waiting(ticket) => {
            Ok(Some(Box::pin(Waiter { bulkhead, ticket: Some(ticket), timer })))
        }
    }
}

/// What became of the wish for a slot.
type Slot<'b> = Poll<Result<BulkheadPermit<'b>, Rejection>>;

/// One word of a call's future, and an allocation only for those that really wait.
#[derive(Debug)]
struct Place<'b>(Option<Pin<Box<Waiter<'b>>>>);

impl Drop for Place<'_> {
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "nearly always a test for null, which must not become a call"
    )]
    fn drop(&mut self) {
        if let Some(waiter) = self.0.take() {
            leave(waiter);
        }
    }
}

#[cold]
fn leave(waiter: Pin<Box<Waiter<'_>>>) {
    drop(waiter);
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
                this.bulkhead.line().abandon(ticket, this.bulkhead.config().max_concurrent);
            }
        }
    }
}

impl Waiter<'_> {
    /// Whether it got a slot: true when its turn has come, false when its time is up.
    fn poll_turn(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        let Some(ticket) = *this.ticket else { return Poll::Ready(false) };
        let line = this.bulkhead.line();
        if line.is_next(ticket, cx.waker().clone()) {
            *this.ticket = None;
            return Poll::Ready(true);
        }
        // A task that has used up its budget must not lose its patience too.
        ready!(pin!(coop::unconstrained(this.timer)).poll(cx));
        *this.ticket = None;
        // Its turn may have come in the last moment.
        Poll::Ready(!line.leave(ticket))
    }
}
