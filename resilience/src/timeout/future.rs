//! The limited call: the body is asked first, and a timer exists only while the body waits.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::Sleep;

use super::Timeout;
use crate::ambient::{self, Deadline};
use crate::clock;
use crate::mode::Mode;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;
use crate::timer;

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

pin_project! {
    /// What a body that waits needs.
    pub(super) struct Armed {
        // What the body sees: the nearest limit of all around, from the first poll on.
        deadline: Deadline,
        // Our own limit in nanoseconds, and whether it ends the call.
        limit: u64,
        mode: Mode,
        // Whom the timer wakes.
        waker: WakerId,
        // For the limit of our own only: those further out have theirs.
        #[pin]
        timer: Sleep,
    }
}

/// A waker's address. The timer holds the waker itself, so that none other comes to lie there.
#[derive(Clone, Copy, PartialEq, Eq)]
struct WakerId(usize, usize);

impl WakerId {
    /// Of no waker.
    const NONE: Self = Self(0, 0);

    fn of(waker: &Waker) -> Self {
        Self(waker.data().addr(), std::ptr::from_ref(waker.vtable()).addr())
    }
}

/// The limit of a call: the policy's own, or one that the call brings.
pub trait Limit: Copy {
    /// It, under `timeout`, in nanoseconds; [`NOT_ENFORCED`](Deadline::NOT_ENFORCED) where the timeout's mode says so.
    fn under(self, timeout: &Timeout) -> u64;

    /// It, whatever the mode.
    fn in_any_mode(self, timeout: &Timeout) -> u64;
}

/// The policy's own limit, which is read where it is.
#[derive(Clone, Copy, Debug)]
pub struct Own;

impl Limit for Own {
    #[inline]
    fn under(self, timeout: &Timeout) -> u64 {
        timeout.limit()
    }

    fn in_any_mode(self, timeout: &Timeout) -> u64 {
        clock::span(timeout.config().limit())
    }
}

/// A limit that the call brings, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Brought(u64);

impl Brought {
    #[inline]
    pub(super) fn new(limit: Duration) -> Self {
        Self(clock::span(limit))
    }
}

impl Limit for Brought {
    #[inline]
    fn under(self, timeout: &Timeout) -> u64 {
        if timeout.limit() == Deadline::NOT_ENFORCED { Deadline::NOT_ENFORCED } else { self.0 }
    }

    fn in_any_mode(self, _: &Timeout) -> u64 {
        self.0
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

/// The limit, if it has passed: what is limited waits, under `deadline`. The timer is set when it first does.
#[inline]
pub(super) fn overrun<L: Limit>(
    armed: Pin<&mut Option<Armed>>,
    timeout: &Timeout,
    limit: L,
    deadline: Deadline,
    cx: &mut Context<'_>,
) -> Option<Duration> {
    match armed.as_ref().get_ref() {
        Some(armed) if armed.runs_for(cx.waker()) => None,
        _ => ask_timer(armed, timeout, limit, deadline, cx),
    }
}

#[cold]
#[inline(never)]
fn ask_timer<L: Limit>(
    mut armed: Pin<&mut Option<Armed>>,
    timeout: &Timeout,
    limit: L,
    deadline: Deadline,
    cx: &mut Context<'_>,
) -> Option<Duration> {
    if armed.is_none() {
        let enforced = limit.under(timeout);
        let unenforced = enforced == Deadline::NOT_ENFORCED;
        let limit = if unenforced { limit.in_any_mode(timeout) } else { enforced };
        armed.set(Some(arm(timeout, deadline, limit)));
    }
    expired(armed, timeout, cx)
}

/// Sets the timer. Where the nearest limit is not our own, that one ends first, and ours may as well run from here.
#[inline]
fn arm(timeout: &Timeout, deadline: Deadline, limit: u64) -> Armed {
    let is_ours = deadline != Deadline::current();
    let left = if is_ours {
        clock::until(deadline.end(), clock::now())
    } else {
        Duration::from_nanos(limit)
    };
    let (mode, timer) = (timeout.let_pass(), timer::sleep(left));
    Armed { deadline, limit, mode, waker: WakerId::NONE, timer }
}

impl Armed {
    /// Whether the timer runs on, and wakes this waker: then there is nothing to do, and that takes a look only.
    #[inline]
    fn runs_for(&self, waker: &Waker) -> bool {
        self.waker == WakerId::of(waker) && !self.timer.is_elapsed()
    }
}

/// Our own limit, if it has passed: the body waits. A body that has used up its task's budget must not hide that.
#[inline]
fn expired(
    armed: Pin<&mut Option<Armed>>,
    timeout: &Timeout,
    cx: &mut Context<'_>,
) -> Option<Duration> {
    let armed = armed.as_pin_mut()?.project();
    *armed.waker = WakerId::of(cx.waker());
    if *armed.mode == Mode::Off || pin!(coop::unconstrained(armed.timer)).poll(cx).is_pending() {
        return None;
    }
    let after = Duration::from_nanos(*armed.limit);
    if *armed.mode == Mode::Observe {
        timeout.would_time_out(after);
        // It is told once.
        *armed.mode = Mode::Off;
        return None;
    }
    Some(after)
}
