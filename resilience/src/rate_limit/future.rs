//! A rate-limited call: its turn first, then the body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::RateLimiter;
use crate::Rejection;
use crate::clock::Nanos;
use crate::pipeline::At;

/// A turn that lies ahead. Dropped before it came, it is given back if nobody queued up behind it.
pub(super) struct Turn<'l> {
    limiter: &'l RateLimiter,
    booked: Nanos,
    /// On the heap: a call that need not wait shouldn't carry a timer.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<'l> Turn<'l> {
    pub(super) fn new(limiter: &'l RateLimiter, booked: Nanos, wait: Duration) -> Self {
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

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.sleep.is_some() {
            self.limiter.give_back(self.booked);
        }
    }
}

enum Stage<'l> {
    Arriving,
    Waiting(Turn<'l>),
    Running,
}

pin_project! {
    /// The future of a rate-limited call.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Limited<'l, A, F> {
        limiter: A,
        stage: Stage<'l>,
        #[pin]
        inner: F,
    }
}

/// Limits the rate of `inner`.
#[inline]
pub fn guard<'l, R, A, F>(limiter: A, inner: F) -> Limited<'l, A, F>
where
    A: At<'l, RateLimiter>,
    F: Future<Output = Result<R, Rejection>>,
{
    Limited { limiter, stage: Stage::Arriving, inner }
}

/// The same for a plain function, which never waits.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the limiter's refusal")]
pub fn guard_blocking<R>(
    limiter: &RateLimiter,
    inner: impl FnOnce() -> Result<R, Rejection>,
) -> Result<R, Rejection> {
    limiter.try_acquire()?;
    inner()
}

impl<'l, R, A, F> Future for Limited<'l, A, F>
where
    A: At<'l, RateLimiter>,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if matches!(this.stage, Stage::Arriving) {
            *this.stage = match (*this.limiter).policy().book() {
                Ok(None) => Stage::Running,
                Ok(Some(turn)) => Stage::Waiting(turn),
                Err(rejection) => return Poll::Ready(Err(rejection)),
            };
        }
        if let Stage::Waiting(turn) = this.stage {
            ready!(turn.poll(cx));
            *this.stage = Stage::Running;
        }
        this.inner.poll(cx)
    }
}
