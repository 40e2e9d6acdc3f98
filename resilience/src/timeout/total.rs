//! A limit on a call that goes step by step: its attempts, and the pauses between them.

use std::marker::PhantomData;
use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::Timeout;
use super::armed::{Armed, overrun};
use super::future::{late, timed_out};
use super::limit::{Brought, Limit, Own};
use crate::ambient::Deadline;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;

pin_project! {
    /// The limit, kept by the function whose steps run under it. They need no future around them all, which would be one
    /// more for the compiler to look through.
    pub struct Total<A, L> {
        timeout: A,
        limit: L,
        // What the steps see. There is none when the one further out had passed before: then no step begins.
        deadline: Option<Deadline>,
        #[pin]
        armed: Option<Armed>,
    }
}

/// Begins a limit.
#[inline]
pub fn total<'t, A: PolicyRef<'t, Timeout>>(timeout: A) -> Total<A, Own> {
    Total::new(timeout, Own)
}

/// Begins a limit that this call brings.
#[inline]
pub fn total_after<'t, A: PolicyRef<'t, Timeout>>(
    timeout: A,
    limit: Duration,
) -> Total<A, Brought> {
    Total::new(timeout, Brought::new(limit))
}

impl<'t, A: PolicyRef<'t, Timeout>, L: Limit> Total<A, L> {
    #[inline]
    fn new(timeout: A, limit: L) -> Self {
        let deadline = Deadline::current().tighten(limit.under(timeout.policy()));
        Self { timeout, limit, deadline, armed: None }
    }

    /// Runs what doesn't wait.
    #[inline]
    fn scope<O>(&self, f: impl FnOnce() -> O) -> O {
        match self.deadline {
            Some(deadline) => deadline.scope(Deadline::current(), f),
            None => f(),
        }
    }
}

/// Runs the first step, which doesn't wait. A call that comes too late has none.
#[inline]
pub fn begin_within<'t, A, L, R, T>(
    total: &Total<A, L>,
    begin: impl FnOnce() -> T,
) -> ControlFlow<Result<R, Rejection>, T>
where
    A: PolicyRef<'t, Timeout>,
    L: Limit,
{
    if total.deadline.is_none() {
        return Break(Err(late(total.timeout.policy())));
    }
    Continue(total.scope(begin))
}

/// Goes on after a step, unless the limit has ended the call there.
#[inline]
pub fn settle_within<'t, A, L, O, T, N>(
    total: &Total<A, L>,
    step: ControlFlow<O, T>,
    settle: impl FnOnce(T) -> ControlFlow<O, N>,
) -> ControlFlow<O, N>
where
    A: PolicyRef<'t, Timeout>,
    L: Limit,
{
    match step {
        Continue(ended) => total.scope(|| settle(ended)),
        Break(outcome) => Break(outcome),
    }
}

pin_project! {
    /// A step under the limit of the whole. What it yields ends the call where the limit has.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Within<'s, A, L, F, R> {
        total: Pin<&'s mut Total<A, L>>,
        #[pin]
        inner: Option<F>,
        outcome: PhantomData<fn() -> R>,
    }
}

/// Limits a step.
#[inline]
pub fn within<A, L, F: Future, R>(
    total: Pin<&mut Total<A, L>>,
    inner: F,
) -> Within<'_, A, L, F, R> {
    Within { total, inner: Some(inner), outcome: PhantomData }
}

impl<'t, A, L, F, R> Future for Within<'_, A, L, F, R>
where
    A: PolicyRef<'t, Timeout>,
    L: Limit,
    F: Future,
{
    type Output = ControlFlow<Result<R, Rejection>, F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let total = this.total.as_mut().project();
        let timeout = (*total.timeout).policy();
        let outer = Deadline::current();
        let deadline = total.deadline.unwrap_or(outer);
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let ended = deadline.scope(outer, || inner.poll(cx));
        if ended.is_ready() {
            return ended.map(Continue);
        }
        let after = overrun(total.armed, timeout, *total.limit, deadline, cx);
        timed_out(this.inner, timeout, after).map(Break)
    }
}
