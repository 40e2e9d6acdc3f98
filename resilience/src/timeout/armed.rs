//! The timer of a limit: set when the body first waits, and asked again only when there is something to hear.

use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::Sleep;

use super::Timeout;
use super::limit::Limit;
use crate::ambient::Deadline;
use crate::clock;
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
    /// Of no waker.
    const NONE: Self = Self(0, 0);

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
    let (at_end, timer) = (AtEnd::of(timeout.let_pass(), limit), timer::sleep(left));
    Armed { deadline, at_end, waker: WakerId::NONE, timer }
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
    let at_end = *armed.at_end;
    if at_end == AtEnd::NOTHING || pin!(coop::unconstrained(armed.timer)).poll(cx).is_pending() {
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
