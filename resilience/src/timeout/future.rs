//! The limited call: the body is asked first, and a timer exists only while the body waits.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::Timeout;
use super::armed::{Armed, overrun};
use super::limit::{Brought, Limit, Own};
use crate::ambient::{self, Deadline};
use crate::rejection::Rejection;
use crate::stack::PolicyRef;

pin_project! {
    /// The future of a call under a limit. Dropped before it finished, it drops the body, and nothing has timed out.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Limited<A, L, F> {
        timeout: A,
        // Our own limit; it runs from the first poll.
        limit: L,
        // Before the body: the compiler, which looks for `Send` in the order of fields, then knows timers once and for all
        // when it is deep inside a chain of calls.
        #[pin]
        armed: Option<Armed>,
        #[pin]
        inner: Option<F>,
    }
}

/// Limits `inner`.
#[inline]
pub fn guard<A, F>(timeout: A, inner: F) -> Limited<A, Own, F> {
    Limited { timeout, limit: Own, inner: Some(inner), armed: None }
}

/// Limits `inner` by a limit that this call brings.
#[inline]
pub fn guard_after<A, F>(timeout: A, limit: Duration, inner: F) -> Limited<A, Brought, F> {
    Limited { timeout, limit: Brought::new(limit), inner: Some(inner), armed: None }
}

impl<'t, R, A, L, F> Future for Limited<A, L, F>
where
    A: PolicyRef<'t, Timeout>,
    L: Limit,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = F::Output;

    // Before and after the body's poll in functions of their own: in an unoptimised build, what they hold would lie beside
    // the body on the stack. Rejections are made there, in place, not where they are counted: see `Rejection`.
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let timeout = (*this.timeout).policy();
        let limit = (*this.limit).under(timeout);
        let outer = Deadline::current();
        // In hand while the body runs, so that a body that is ready at once never has it stored.
        let Some(deadline) = seen(this.armed.as_ref().get_ref().as_ref(), outer, limit) else {
            return too_late(timeout);
        };
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let outcome = deadline.scope(outer, || inner.poll(cx));
        if outcome.is_ready() {
            return outcome;
        }
        let after = overrun(this.armed, timeout, *this.limit, deadline, cx);
        timed_out(this.inner, timeout, after)
    }
}

/// What the body sees in this poll, unless the nearest limit had passed before the first one.
#[inline]
fn seen(armed: Option<&Armed>, outer: Deadline, limit: u64) -> Option<Deadline> {
    match armed {
        Some(armed) => Some(armed.deadline),
        None => outer.tighten(limit),
    }
}

#[inline]
fn too_late<R>(timeout: &Timeout) -> Poll<Result<R, Rejection>> {
    Poll::Ready(Err(late(timeout)))
}

/// Ends a call that has overrun. The body goes first, so that whatever guards it further in knows why.
#[inline]
pub(super) fn timed_out<R, F>(
    mut inner: Pin<&mut Option<F>>,
    timeout: &Timeout,
    after: Option<Duration>,
) -> Poll<Result<R, Rejection>> {
    let Some(after) = after else { return Poll::Pending };
    ambient::cut_off(|| inner.set(None));
    Poll::Ready(Err(Rejection::TimedOut { policy: timeout.time_out(after), after }))
}

#[inline]
pub(super) fn late(timeout: &Timeout) -> Rejection {
    Rejection::DeadlineExceeded { policy: timeout.reject_late() }
}
