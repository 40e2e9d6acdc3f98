//! When a call must be over.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

use super::with;
use crate::clock::{self, Nanos};

thread_local! {
    static DEADLINE: Cell<Deadline> = const { Cell::new(Deadline::NONE) };
}

/// When the call must be over, in one word: a point in time, and whether a timeout that is being polled enforces it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline(u64);

impl Deadline {
    pub(crate) const NONE: Self = Self(u64::MAX);
    /// Marks one that is told and not enforced. Points in time leave this bit unused.
    const TOLD: u64 = 1 << 63;

    #[inline]
    const fn at(end: Nanos) -> Self {
        Self(end)
    }

    #[inline]
    const fn end(self) -> Nanos {
        self.0 & !Self::TOLD
    }

    /// The nearer of this one and `end`; `None` when this one has passed.
    #[inline]
    pub(crate) fn tighten(self, end: Nanos) -> Option<Self> {
        if self == Self::NONE { Some(Self::at(end)) } else { self.tighten_running(end) }
    }

    #[cold]
    #[inline(never)]
    fn tighten_running(self, end: Nanos) -> Option<Self> {
        if self.has_passed() {
            return None;
        }
        Some(if self.end() <= end { self } else { Self::at(end) })
    }

    fn has_passed(self) -> bool {
        self != Self::NONE && clock::now_before(self.end()) >= self.end()
    }

    /// The deadline in force.
    #[inline]
    pub(crate) fn current() -> Self {
        DEADLINE.get()
    }

    /// The same, for what is polled elsewhere than under the timeout that has set it.
    pub(super) const fn inherited(self) -> Self {
        Self(self.0 | Self::TOLD)
    }

    /// Whether a timeout of ours, further out in this very poll, is about to end what waits beyond it.
    pub(crate) const fn is_enforced(self) -> bool {
        self.0 & Self::TOLD == 0
    }

    /// Runs `f` under this deadline.
    #[inline]
    pub(crate) fn scope<O>(self, f: impl FnOnce() -> O) -> O {
        with(&DEADLINE, self, f)
    }
}

/// The deadline in force, on our clock.
#[inline]
pub(crate) fn deadline_nanos() -> Option<Nanos> {
    let deadline = DEADLINE.get();
    (deadline != Deadline::NONE).then(|| deadline.end())
}

/// Whether the deadline in force has passed: nothing may begin any more. Without a deadline it is one comparison.
#[inline]
pub(crate) fn deadline_has_passed() -> bool {
    DEADLINE.get().has_passed()
}

/// When the innermost-ending [`timeout`](macro@crate::timeout) around this code times out; `None` without one.
///
/// It holds inside the guarded function and everything that it calls and awaits in its own task, guarded or not; of
/// several timeouts, the one that ends first. A task that is spawned from there starts without a deadline:
/// [`inherit`](crate::inherit) takes it along. A future that is polled from there although it belongs to another call,
/// or to several, sees it all the same: [`detach`](crate::detach) keeps it away.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert_eq!(resilience::deadline(), None);
/// # }
/// ```
#[must_use]
pub fn deadline() -> Option<Instant> {
    deadline_nanos().map(clock::instant)
}

/// How much time the [`deadline`] leaves, down to zero; `None` without one. It travels as the deadline does.
#[must_use]
pub fn remaining() -> Option<Duration> {
    deadline_nanos().map(|end| clock::until(end, clock::now()))
}
