//! A rate-limited call: its turn first, then the body.

use std::borrow::Borrow;
use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::asking::{Asked, Asking};
use super::cost::{Cost, One};
use super::line::Line;
use super::waiting::{Start, Waiting};
use super::{Limit, RateLimiter};
use crate::ambient;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;

pin_project! {
    /// The future of a rate-limited call. Dropped early, it leaves the queue.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Limited<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>, C: Cost, F> {
        acquire: Acquire<'l, L, A, C>,
        #[pin]
        inner: F,
    }
}

/// Limits the rate of `inner`.
#[inline]
pub fn guard<'l, L, A, F>(limiter: A, inner: F) -> Limited<'l, L, A, One, F>
where
    L: Borrow<Limit>,
    A: PolicyRef<'l, RateLimiter<L>>,
{
    guard_cost(limiter, inner, One)
}

/// The same for a call that takes `cost` turns.
#[inline]
pub fn guard_cost<'l, L, A, C, F>(limiter: A, inner: F, cost: C) -> Limited<'l, L, A, C, F>
where
    L: Borrow<Limit>,
    A: PolicyRef<'l, RateLimiter<L>>,
    C: Cost,
{
    Limited { acquire: Acquire::new(limiter, cost), inner }
}

/// The same for a synchronous function, which never waits.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the limiter's rejection")]
#[inline]
pub fn guard_blocking<R, L: Borrow<Limit>>(
    limiter: &RateLimiter<L>,
    inner: impl FnOnce() -> Result<R, Rejection>,
) -> Result<R, Rejection> {
    guard_cost_blocking(limiter, inner, One)
}

/// The same for a call that takes `cost` turns.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the limiter's rejection")]
#[inline]
pub fn guard_cost_blocking<R, L: Borrow<Limit>>(
    limiter: &RateLimiter<L>,
    inner: impl FnOnce() -> Result<R, Rejection>,
    cost: impl Cost,
) -> Result<R, Rejection> {
    limiter.try_take(cost)?;
    inner()
}

impl<'l, R, L, A, C, F> Future for Limited<'l, L, A, C, F>
where
    L: Borrow<Limit>,
    A: PolicyRef<'l, RateLimiter<L>>,
    C: Cost,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Err(rejection) = ready!(this.acquire.poll_turn(cx)) {
            return Poll::Ready(Err(rejection));
        }
        let outcome = this.inner.poll(cx);
        // Noted only now, so that a call that is ready at once never stores it.
        if outcome.is_pending() {
            this.acquire.standing = Standing::Inside;
        }
        outcome
    }
}

/// A call before and after its turn. Dropped early, it leaves the queue.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Acquire<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>, C: Cost> {
    limiter: A,
    cost: C,
    standing: Standing<'l, L>,
}

/// Where a call stands. Only one that waits has anything on the heap; [`Acquire`] drops that, so that one comparison
/// tells whether there is anything to drop.
enum Standing<'l, L: Borrow<Limit>> {
    Outside,
    InLine(ManuallyDrop<Pin<Box<Line<'l, L>>>>),
    Inside,
}

impl<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>, C: Cost> Acquire<'l, L, A, C> {
    #[inline]
    pub(super) fn new(limiter: A, cost: C) -> Self {
        Self { limiter, cost, standing: Standing::Outside }
    }

    /// Its turn, or why it has none.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "apart, it costs a call that is let pass a third more")]
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Rejection>> {
        let start = match self.standing {
            Standing::Inside => return Poll::Ready(Ok(())),
            Standing::InLine(_) => self.wait(cx),
            Standing::Outside => match self.limiter.policy().take(self.cost) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(early) if self.limiter.policy().may_wait(early) => self.join(cx),
                Err(early) => return Poll::Ready(Err(self.limiter.policy().reject_early(early))),
            },
        };
        start.map_err(|start| self.limiter.policy().reject(start))
    }

    #[cold]
    #[inline(never)]
    fn join(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Start>> {
        if self.limiter.policy().limit().is_shared() {
            return self.ask(cx);
        }
        self.queue_up(cx)
    }

    fn queue_up(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Start>> {
        match Waiting::join(self.limiter.policy(), self.cost.turns(), cx) {
            Ok(None) => Poll::Ready(Ok(())),
            Ok(Some(waiting)) => self.stand_in(Line::Queue { waiting }, cx),
            Err(start) => Poll::Ready(Err(start)),
        }
    }

    /// A fleet shares the limit: its store decides.
    fn ask(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Start>> {
        match Asking::start(self.limiter.policy(), self.cost.turns()) {
            Asked::Asking(asking) => self.stand_in(Line::Store { asking }, cx),
            Asked::Answered(start) => self.answered(start, cx),
        }
    }

    /// The store doesn't answer: the options say whether the call is decided here.
    fn alone(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Start>> {
        match self.limiter.policy().take_alone(self.cost) {
            Err(early) if early.nanos() <= self.limiter.policy().limit().max_wait() => {
                self.queue_up(cx)
            }
            taken => Poll::Ready(taken.map_err(Start::Early)),
        }
    }

    fn stand_in(&mut self, line: Line<'l, L>, cx: &mut Context<'_>) -> Poll<Result<(), Start>> {
        self.stand(Standing::InLine(ManuallyDrop::new(Box::pin(line))));
        self.wait(cx)
    }

    #[cold]
    #[inline(never)]
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Start>> {
        let Standing::InLine(waiting) = &mut self.standing else { return Poll::Ready(Ok(())) };
        let Poll::Ready(start) = waiting.as_mut().poll(cx) else {
            ambient::note_queued();
            return Poll::Pending;
        };
        self.stand(Standing::Inside);
        self.answered(start, cx)
    }

    fn answered(&mut self, start: Start, cx: &mut Context<'_>) -> Poll<Result<(), Start>> {
        match start {
            Start::Now => Poll::Ready(Ok(())),
            Start::Again => self.queue_up(cx),
            Start::Alone => self.alone(cx),
            start => Poll::Ready(Err(start)),
        }
    }

    fn stand(&mut self, standing: Standing<'l, L>) {
        if let Standing::InLine(waiting) = mem::replace(&mut self.standing, standing) {
            drop(ManuallyDrop::into_inner(waiting));
        }
    }
}

impl<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>> + Unpin, C: Cost> Future
    for Acquire<'l, L, A, C>
{
    type Output = Result<(), Rejection>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_turn(cx)
    }
}

impl<'l, L: Borrow<Limit>, A: PolicyRef<'l, RateLimiter<L>>, C: Cost> Drop
    for Acquire<'l, L, A, C>
{
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "nearly always one comparison, which must not become a call"
    )]
    fn drop(&mut self) {
        if matches!(self.standing, Standing::InLine(_)) {
            give_up(self);
        }
    }
}

#[cold]
#[inline(never)]
fn give_up<'l, L: Borrow<Limit>, C: Cost>(
    acquire: &mut Acquire<'l, L, impl PolicyRef<'l, RateLimiter<L>>, C>,
) {
    acquire.stand(Standing::Outside);
}
