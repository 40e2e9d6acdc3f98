//! The limited call: the body is asked first, and a timer exists only while the body waits.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::{Sleep, sleep_until};

use super::Timeout;
use crate::ambient::{self, Deadline};
use crate::clock;
use crate::mode::Mode;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;

pin_project! {
    /// The future of a call under a limit. Dropped before it finished, it drops the body, and nothing has timed out.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Limited<A, L, F> {
        timeout: A,
        // Our own limit; it begins to run when the body first waits.
        limit: L,
        #[pin]
        inner: Option<F>,
        #[pin]
        armed: Option<Armed>,
    }
}

pin_project! {
    /// What a body that waits needs.
    struct Armed {
        // What the body sees: the nearest limit of all around, from the first poll on.
        deadline: Deadline,
        // Our own limit when the call began to wait, whatever is in force by now.
        limit: Deadline,
        mode: Mode,
        // For the limit of our own only: those further out have theirs.
        #[pin]
        timer: Sleep,
    }
}

/// The limit of a call: the policy's own, or one that the call brings.
pub trait Limit: Copy {
    /// It, under `timeout`; [`Deadline::NONE`] while that enforces none.
    fn under(self, timeout: &Timeout) -> Deadline;

    /// What it would be, if it were enforced.
    fn unenforced(self, timeout: &Timeout) -> Deadline;
}

/// The policy's own limit, which is read where it is.
#[derive(Clone, Copy, Debug)]
pub struct Own;

impl Limit for Own {
    #[inline]
    fn under(self, timeout: &Timeout) -> Deadline {
        timeout.limit()
    }

    fn unenforced(self, timeout: &Timeout) -> Deadline {
        Deadline::within(timeout.config().limit())
    }
}

impl Limit for Deadline {
    #[inline]
    fn under(self, timeout: &Timeout) -> Deadline {
        if timeout.limit() == Deadline::NONE { Deadline::NONE } else { self }
    }

    fn unenforced(self, _: &Timeout) -> Deadline {
        self
    }
}

/// Limits `inner`.
#[inline]
pub fn guard<'t, R, A, F>(timeout: A, inner: F) -> Limited<A, Own, F>
where
    A: PolicyRef<'t, Timeout>,
    F: Future<Output = Result<R, Rejection>>,
{
    Limited { timeout, limit: Own, inner: Some(inner), armed: None }
}

/// Limits `inner` by a limit that this call brings.
#[inline]
pub fn guard_after<'t, R, A, F>(timeout: A, limit: Duration, inner: F) -> Limited<A, Deadline, F>
where
    A: PolicyRef<'t, Timeout>,
    F: Future<Output = Result<R, Rejection>>,
{
    Limited { timeout, limit: Deadline::within(limit), inner: Some(inner), armed: None }
}

impl<'t, R, A, L, F> Future for Limited<A, L, F>
where
    A: PolicyRef<'t, Timeout>,
    L: Limit,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = F::Output;

    // Refusals are made here, in place, not where they are counted: see `Rejection`.
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let timeout = (*this.timeout).policy();
        let (outer, limit) = (Deadline::current(), (*this.limit).under(timeout));
        // In hand while the body runs, so that a body that is ready at once never has it stored.
        let in_force = match &*this.armed {
            Some(armed) => Some(armed.deadline),
            None => Deadline::tighten(outer, limit).or_else(|| unless_enforced(outer, limit)),
        };
        let Some(mut deadline) = in_force else {
            return Poll::Ready(Err(Rejection::DeadlineExceeded { policy: timeout.refuse() }));
        };
        let is_ours = deadline != outer;
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let outcome = deadline.scope(|| inner.poll(cx));
        if outcome.is_ready() {
            return outcome;
        }
        if this.armed.is_none() {
            let limit =
                if limit == Deadline::NONE { (*this.limit).unenforced(timeout) } else { limit };
            this.armed.set(Some(arm(timeout, deadline, limit, is_ours)));
        }
        let Some(after) = expired(this.armed, timeout, cx) else { return Poll::Pending };
        // The body goes first, so that whatever guards it further in knows why.
        ambient::cut_off(|| this.inner.set(None));
        Poll::Ready(Err(Rejection::TimedOut { policy: timeout.time_out(after), after }))
    }
}

/// A limit that is not enforced rejects nothing, not even what comes too late for another one.
#[cold]
fn unless_enforced(outer: Deadline, limit: Deadline) -> Option<Deadline> {
    (limit == Deadline::NONE).then_some(outer)
}

/// Our own limit, if it has passed: the body waits. A body that has used up its task's budget must not hide that.
#[cold]
#[inline(never)]
fn expired(
    armed: Pin<&mut Option<Armed>>,
    timeout: &Timeout,
    cx: &mut Context<'_>,
) -> Option<Duration> {
    let armed = armed.as_pin_mut()?.project();
    if *armed.mode == Mode::Off || pin!(coop::unconstrained(armed.timer)).poll(cx).is_pending() {
        return None;
    }
    if *armed.mode == Mode::Observe {
        timeout.would_time_out(armed.limit.span());
        // It is told once.
        *armed.mode = Mode::Off;
        return None;
    }
    Some(armed.limit.span())
}

/// Sets the timer. `is_ours`: the nearest limit of all is our own, and may run already.
fn arm(timeout: &Timeout, mut deadline: Deadline, limit: Deadline, is_ours: bool) -> Armed {
    let mode = timeout.let_pass();
    let end = deadline.fix().filter(|_| is_ours);
    let end = end.unwrap_or_else(|| clock::after(clock::now(), limit.span()));
    Armed { deadline, limit, mode, timer: sleep_until(clock::instant(end)) }
}
