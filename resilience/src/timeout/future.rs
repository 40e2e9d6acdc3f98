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
        // Our own limit; it begins to run when the body first waits.
        limit: Deadline,
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
    limited(timeout, timeout.limit(), inner)
}

/// Limits `inner` by a limit that this call brings.
#[inline]
pub fn guard_after<R, F>(timeout: &Timeout, limit: Duration, inner: F) -> Limited<'_, F>
where
    F: Future<Output = Result<R, Rejection>>,
{
    limited(timeout, Deadline::within(limit), inner)
}

#[inline]
fn limited<F>(timeout: &Timeout, limit: Deadline, inner: F) -> Limited<'_, F> {
    Limited { timeout, limit, deadline: Deadline::NONE, inner: Some(inner), timer: None }
}

impl<R, F: Future<Output = Result<R, Rejection>>> Future for Limited<'_, F> {
    type Output = F::Output;

    // Refusals are made here, in place, not where they are counted: see `Rejection`.
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
                None => {
                    return Poll::Ready(Err(Rejection::DeadlineExceeded {
                        policy: this.timeout.refuse(),
                    }));
                }
            }
        }
        let is_ours = deadline != outer;
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let outcome = deadline.scope(|| inner.poll(cx));
        if outcome.is_ready() {
            return outcome;
        }
        if is_first {
            arm(this.timer.as_mut(), &mut deadline, this.limit.span(), is_ours);
        }
        *this.deadline = deadline;
        if !has_struck(this.timer, cx) {
            return Poll::Pending;
        }
        // The body goes first, so that whatever guards it further in knows why.
        ambient::cut_off(|| this.inner.set(None));
        let after = this.limit.span();
        Poll::Ready(Err(Rejection::TimedOut { policy: this.timeout.time_out(after), after }))
    }
}

/// Sets the timer. `is_ours`: the nearest limit of all is our own, and may run already.
#[cold]
#[inline(never)]
fn arm(
    mut timer: Pin<&mut Option<Sleep>>,
    deadline: &mut Deadline,
    limit: Duration,
    is_ours: bool,
) {
    let end = deadline.fix().filter(|_| is_ours);
    let end = end.unwrap_or_else(|| clock::after(clock::now(), limit));
    timer.set(Some(sleep_until(clock::instant(end))));
}

/// Whether the limit has passed. A body that has used up its task's budget must not hide that.
#[cold]
#[inline(never)]
fn has_struck(timer: Pin<&mut Option<Sleep>>, cx: &mut Context<'_>) -> bool {
    timer.as_pin_mut().is_some_and(|timer| pin!(coop::unconstrained(timer)).poll(cx).is_ready())
}
