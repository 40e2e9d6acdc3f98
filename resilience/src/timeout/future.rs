//! The limited call: the body is asked first, and a timer exists only while the body waits.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::{Sleep, sleep_until};

use super::Timeout;
use crate::ambient::{self, Deadline};
use crate::{Rejection, clock};

pin_project! {
    /// The future of a call under a limit. Dropped before it finished, it drops the body, and nothing has timed out.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Limited<'t, F> {
        timeout: &'t Timeout,
        limit: Duration,
        // What the body sees: the nearest limit of all around, from the first poll on.
        deadline: Deadline,
        #[pin]
        inner: Option<F>,
        // For the limit of our own only: those further out have theirs.
        #[pin]
        timer: Option<Sleep>,
    }
}

/// Limits `inner`.
#[inline]
pub fn guard<R, F>(timeout: &Timeout, inner: F) -> Limited<'_, F>
where
    F: Future<Output = Result<R, Rejection>>,
{
    guard_after(timeout, timeout.config().limit(), inner)
}

/// Limits `inner` by a limit that this call brings.
#[inline]
pub fn guard_after<R, F>(timeout: &Timeout, limit: Duration, inner: F) -> Limited<'_, F>
where
    F: Future<Output = Result<R, Rejection>>,
{
    Limited { timeout, limit, deadline: Deadline::NONE, inner: Some(inner), timer: None }
}

impl<R, F: Future<Output = Result<R, Rejection>>> Future for Limited<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.as_mut().project();
        let is_first = this.timer.is_none();
        let outer = Deadline::current();
        // In hand while the body runs, so that a body that is ready at once never has it stored.
        let mut deadline = *this.deadline;
        if is_first {
            match Deadline::tighten(outer, *this.limit) {
                Some(nearest) => deadline = nearest,
                None => return Poll::Ready(Err(self.refuse())),
            }
        }
        let is_ours = deadline != outer;
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let outcome = deadline.scope(|| inner.poll(cx));
        if outcome.is_ready() {
            return outcome;
        }
        *this.deadline = deadline;
        if is_first {
            self.as_mut().arm(is_ours);
        }
        if self.as_mut().has_struck(cx) { Poll::Ready(Err(self.cut_off())) } else { Poll::Pending }
    }
}

impl<F> Limited<'_, F> {
    /// Sets the timer. `is_ours`: the nearest limit of all is our own, and may run already.
    #[cold]
    fn arm(self: Pin<&mut Self>, is_ours: bool) {
        let mut this = self.project();
        let end = this.deadline.fix().filter(|_| is_ours);
        let end = end.unwrap_or_else(|| clock::after(clock::now(), *this.limit));
        this.timer.set(Some(sleep_until(clock::instant(end))));
    }

    /// Whether the limit has passed. A body that has used up its task's budget must not hide that.
    fn has_struck(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let timer = self.project().timer.as_pin_mut();
        timer.is_some_and(|timer| pin!(coop::unconstrained(timer)).poll(cx).is_ready())
    }

    /// Drops the body, so that whatever guards it further in knows why.
    #[cold]
    fn cut_off(self: Pin<&mut Self>) -> Rejection {
        let mut this = self.project();
        ambient::cut_off(|| this.inner.set(None));
        this.timeout.time_out(*this.limit)
    }

    /// Drops a body that never started.
    #[cold]
    fn refuse(self: Pin<&mut Self>) -> Rejection {
        let mut this = self.project();
        this.inner.set(None);
        this.timeout.refuse()
    }
}
