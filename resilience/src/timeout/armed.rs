//! The timer of a limit: set when the body first waits, and asked again only when there is something to hear.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::Timeout;
use super::limit::Limit;
use crate::ambient::Deadline;
use crate::mode::Mode;
use crate::timer;

pin_project! {
    /// What a body that waits needs.
    pub(super) struct Armed {
        // What the body sees: the nearest limit of all around, from the first poll on.
        pub(super) deadline: Deadline,
        // What happens at the end of our own limit.
        at_end: AtEnd,
        // The waker that the timer holds.
        waker: WakerId,
        // For the limit of our own only: those further out have theirs.
        #[pin]
        timer: Sleep,
    }
}

/// What happens when a limit has passed, in one word: its nanoseconds, and a bit for one that is only observed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct AtEnd(u64);

impl AtEnd {
    /// Spans leave this bit unused.
    const OBSERVED: u64 = 1 << 63;
    const NOTHING: Self = Self(u64::MAX);

    fn of(mode: Mode, limit: u64) -> Self {
        match mode {
            Mode::Enforce => Self(limit),
            Mode::Observe => Self(limit | Self::OBSERVED),
            Mode::Off => Self::NOTHING,
        }
    }
}

/// A waker's address. The timer holds the waker itself, so that none other comes to lie there.
#[derive(Clone, Copy, PartialEq, Eq)]
struct WakerId(usize, usize);

impl WakerId {
    fn of(waker: &Waker) -> Self {
        Self(waker.data().addr(), std::ptr::from_ref(waker.vtable()).addr())
    }
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
        Some(_) => ask_again(armed, timeout, cx),
        None => arm(armed, timeout, limit, deadline, cx),
    }
}

/// The timer has ended, or another waker waits for it.
#[cold]
#[inline(never)]
fn ask_again(
    armed: Pin<&mut Option<Armed>>,
    timeout: &Timeout,
    cx: &mut Context<'_>,
) -> Option<Duration> {
    let mut armed = armed.as_pin_mut()?;
    *armed.as_mut().project().waker = WakerId::of(cx.waker());
    expired(armed, timeout, cx)
}

/// Sets the timer and asks it: a limit that has passed while the body worked ends the call now.
#[cold]
#[inline(never)]
fn arm<L: Limit>(
    mut armed: Pin<&mut Option<Armed>>,
    timeout: &Timeout,
    limit: L,
    deadline: Deadline,
    cx: &mut Context<'_>,
) -> Option<Duration> {
    armed.set(Some(Armed::new(timeout, limit, deadline, cx.waker())));
    expired(armed.as_pin_mut()?, timeout, cx)
}

/// What happens at the end of a limit that is not enforced, and how long that limit is.
#[cold]
#[inline(never)]
fn unenforced<L: Limit>(timeout: &Timeout, limit: L) -> (AtEnd, u64) {
    let limit = limit.in_any_mode(timeout);
    (AtEnd::of(timeout.let_pass(), limit), limit)
}

impl Armed {
    /// Where the nearest limit is not our own, that one ends first, and ours may as well run from here.
    #[inline]
    fn new<L: Limit>(timeout: &Timeout, limit: L, deadline: Deadline, waker: &Waker) -> Self {
        let enforced = limit.under(timeout);
        let (at_end, limit) = if enforced == Deadline::NOT_ENFORCED {
            unenforced(timeout, limit)
        } else {
            (AtEnd(enforced), enforced)
        };
        let is_ours = deadline != Deadline::current();
        let left = if is_ours { deadline.left_of(limit) } else { Duration::from_nanos(limit) };
        Self { deadline, at_end, waker: WakerId::of(waker), timer: timer::sleep(left) }
    }

    /// Whether the timer runs on, and wakes this waker: then there is nothing to do, and that takes a look only.
    #[inline]
    fn runs_for(&self, waker: &Waker) -> bool {
        self.waker == WakerId::of(waker) && !self.timer.is_elapsed()
    }
}

/// Our own limit, if it has passed: the body waits.
#[inline]
fn expired(armed: Pin<&mut Armed>, timeout: &Timeout, cx: &mut Context<'_>) -> Option<Duration> {
    let armed = armed.project();
    let at_end = *armed.at_end;
    if at_end == AtEnd::NOTHING || timer::poll(armed.timer, cx).is_pending() {
        return None;
    }
    let after = Duration::from_nanos(at_end.0 & !AtEnd::OBSERVED);
    if at_end.0 & AtEnd::OBSERVED == 0 {
        return Some(after);
    }
    timeout.would_time_out(after);
    // It is told once.
    *armed.at_end = AtEnd::NOTHING;
    None
}
