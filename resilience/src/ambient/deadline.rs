//! When a call must be over.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::{self, FAR_FUTURE, Nanos};

thread_local! {
    static DEADLINE: Cell<Deadline> = const { Cell::new(Deadline::NONE) };
}

/// When the call must be over, in one word: a point in time, and whether a timeout that is being polled enforces it.
///
/// The point is one tick of the coarse clock too early, so that a limit which that clock has begun needs no sum; its
/// readers get the tick back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline(u64);

impl Deadline {
    pub(crate) const NONE: Self = Self(u64::MAX);
    /// Marks one that is told and not enforced. Points in time leave this bit unused.
    const TOLD: u64 = 1 << 63;
    /// In place of the nanoseconds of a limit that is not enforced: it rejects nothing, not even what comes too late for
    /// another one.
    pub(crate) const NOT_ENFORCED: u64 = u64::MAX;
    /// A limit that is shorter is measured precisely: the coarse clock's tick would be more than a hundredth of it.
    const SHORT: u64 = 400_000_000;

    /// The end of a limit of so many nanoseconds that begins now, under this deadline: the nearer one. `None` when this
    /// one has passed.
    #[inline]
    pub(crate) fn tighten(self, limit: u64) -> Option<Self> {
        // One comparison for those that are too short and those that are too long.
        let is_usual = limit.wrapping_sub(Self::SHORT) >> 62 == 0;
        if is_usual && self == Self::NONE {
            Some(Self(clock::coarse() + limit))
        } else {
            self.tighten_apart(limit)
        }
    }

    #[cold]
    #[inline(never)]
    fn tighten_apart(self, limit: u64) -> Option<Self> {
        if limit == Self::NOT_ENFORCED {
            return Some(self);
        }
        if self.has_passed() {
            return None;
        }
        let start =
            if limit < Self::SHORT { clock::now() - clock::tick() } else { clock::coarse() };
        let ours = Self(start.saturating_add(limit).min(FAR_FUTURE));
        Some(if self != Self::NONE && self.0 & !Self::TOLD <= ours.0 { self } else { ours })
    }

    /// The point in time.
    pub(crate) fn end(self) -> Nanos {
        ((self.0 & !Self::TOLD) + clock::tick()).min(FAR_FUTURE)
    }

    /// How much is left of a limit of so many nanoseconds that ends here. Before the coarse clock's next tick all of it is:
    /// no precise clock need be read, and it ends less than a tick late.
    #[inline]
    pub(crate) fn left_of(self, limit: u64) -> Duration {
        if limit >= Self::SHORT && clock::coarse() + limit == self.0 {
            Duration::from_nanos(limit)
        } else {
            clock::until(self.end(), clock::now())
        }
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

    /// Runs `f` under this deadline, in the place of `outer`, which is the one in force.
    #[inline]
    pub(crate) fn scope<O>(self, outer: Self, f: impl FnOnce() -> O) -> O {
        /// Puts the one further out back, also when `f` panics.
        struct Restore(Deadline);
        impl Drop for Restore {
            #[inline]
            fn drop(&mut self) {
                DEADLINE.set(self.0);
            }
        }
        let _restore = Restore(outer);
        DEADLINE.set(self);
        f()
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

/// How much time the deadline leaves. While it is far, the coarse clock tells up to a tick too little and never too much:
/// it is late by a tick at most, and the deadline is noted a tick early.
#[cfg(feature = "http")]
pub(crate) fn about_remaining() -> Option<Duration> {
    let deadline = DEADLINE.get();
    let far = || clock::far_until(|| deadline.0 & !Deadline::TOLD).map(Duration::from_nanos);
    if deadline == Deadline::NONE { None } else { far().or_else(remaining) }
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
