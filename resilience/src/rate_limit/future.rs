//! A rate-limited call: its turn first, then the body.

use std::borrow::Borrow;
use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::gcra::Early;
use super::{Limit, RateLimiter};
use crate::clock::Nanos;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;

pin_project! {
    /// The future of a rate-limited call.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Limited<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>, F> {
        arrival: Arrival<'l, L, A>,
        #[pin]
        inner: F,
    }
}

/// Limits the rate of `inner`.
#[inline]
pub fn guard<'l, R, L, A, F>(limiter: A, inner: F) -> Limited<'l, L, A, F>
where
    L: Borrow<Limit>,
    A: PolicyRef<'l, RateLimiter<L>>,
    F: Future<Output = Result<R, Rejection>>,
{
    Limited { arrival: Arrival { limiter, standing: Standing::Outside }, inner }
}

/// The same for a plain function, which never waits.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the limiter's refusal")]
#[inline]
pub fn guard_blocking<R, L: Borrow<Limit>>(
    limiter: &RateLimiter<L>,
    inner: impl FnOnce() -> Result<R, Rejection>,
) -> Result<R, Rejection> {
    limiter.try_acquire()?;
    inner()
}

impl<'l, R, L, A, F> Future for Limited<'l, L, A, F>
where
    L: Borrow<Limit>,
    A: PolicyRef<'l, RateLimiter<L>>,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Err(early) = ready!(this.arrival.poll_turn(cx)) {
            return Poll::Ready(Err(this.arrival.limiter.policy().refuse(early)));
        }
        let outcome = this.inner.poll(cx);
        // Noted only now, so that a call that is ready at once never stores it.
        if outcome.is_pending() {
            this.arrival.standing = Standing::Inside;
        }
        outcome
    }
}

/// A call before and after its turn.
struct Arrival<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>> {
    limiter: A,
    standing: Standing<'l, L>,
}

/// Where a call stands. Only one that waits has anything on the heap; [`Arrival`] drops that, so that one comparison
/// tells whether there is anything to drop.
enum Standing<'l, L: Borrow<Limit>> {
    Outside,
    Waiting(ManuallyDrop<Box<Turn<'l, L>>>),
    Inside,
}

impl<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>> Arrival<'l, L, A> {
    /// Its turn, or by how much it is too early.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "apart, it costs a call that is let pass a third more")]
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Early>> {
        match self.standing {
            Standing::Inside => return Poll::Ready(Ok(())),
            Standing::Waiting(_) => return self.wait(cx),
            Standing::Outside => {}
        }
        match self.limiter.policy().take() {
            Ok(()) => Poll::Ready(Ok(())),
            Err(early) if self.limiter.policy().has_patience(early) => self.book(cx),
            Err(early) => Poll::Ready(Err(early)),
        }
    }

    #[cold]
    #[inline(never)]
    fn book(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Early>> {
        match self.limiter.policy().book() {
            Ok(turn) => self.stand(Standing::Waiting(ManuallyDrop::new(Box::new(turn)))),
            Err(early) => return Poll::Ready(Err(early)),
        }
        self.wait(cx)
    }

    #[cold]
    #[inline(never)]
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Early>> {
        if let Standing::Waiting(turn) = &mut self.standing {
            ready!(turn.poll(cx));
            self.stand(Standing::Inside);
        }
        Poll::Ready(Ok(()))
    }

    fn stand(&mut self, standing: Standing<'l, L>) {
        if let Standing::Waiting(turn) = mem::replace(&mut self.standing, standing) {
            drop(ManuallyDrop::into_inner(turn));
        }
    }
}

impl<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>> Drop for Arrival<'l, L, A> {
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "nearly always one comparison, which must not become a call"
    )]
    fn drop(&mut self) {
        if matches!(self.standing, Standing::Waiting(_)) {
            give_up(self);
        }
    }
}

#[cold]
#[inline(never)]
fn give_up<'l, L: Borrow<Limit>>(arrival: &mut Arrival<'l, L, impl PolicyRef<'l, RateLimiter<L>>>) {
    arrival.stand(Standing::Outside);
}

/// A turn that lies ahead. Dropped before it came, it is given back if nobody queued up behind it.
pub(super) struct Turn<'l, L: Borrow<Limit>> {
    limiter: &'l RateLimiter<L>,
    booked: Nanos,
    /// `None` once the turn has come.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<'l, L: Borrow<Limit>> Turn<'l, L> {
    pub(super) fn new(limiter: &'l RateLimiter<L>, booked: Nanos, wait: Duration) -> Self {
        Self { limiter, booked, sleep: Some(Box::pin(tokio::time::sleep(wait))) }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        Poll::Ready(())
    }
}

impl<L: Borrow<Limit>> Drop for Turn<'_, L> {
    fn drop(&mut self) {
        if self.sleep.is_some() {
            self.limiter.give_back(self.booked);
        }
    }
}
