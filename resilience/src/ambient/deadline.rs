//! When a call must be over.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

use super::with;
use crate::clock::{self, FAR_FUTURE, Nanos};

thread_local! {
    static DEADLINE: Cell<Deadline> = const { Cell::new(Deadline::NONE) };
}

/// When the call must be over, in one word.
///
/// A time limit starts to run when the body first waits, or first asks for its deadline; until then the deadline is
/// only known as a span. A body that never waits therefore never pays for a look at the clock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Deadline(u64);

impl Deadline {
    pub(crate) const NONE: Self = Self(u64::MAX);
    /// Marks a span that has not begun to run.
    const PENDING: u64 = 1 << 63;

    /// `limit` from the moment somebody looks; no time at all is over already.
    #[inline]
    pub(crate) const fn within(limit: Duration) -> Self {
        let span = clock::span(limit);
        if span == 0 {
            return Self::at(0);
        }
        Self(Self::PENDING | if span < FAR_FUTURE { span } else { FAR_FUTURE - 1 })
    }

    /// The span of one that doesn't run yet.
    #[inline]
    pub(crate) const fn span(self) -> Duration {
        Duration::from_nanos(self.0 & !Self::PENDING)
    }

    /// The word itself, to be kept in an atomic.
    #[inline]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    #[inline]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    #[inline]
    const fn at(when: Nanos) -> Self {
        Self(when)
    }

    /// The end, which from now on is fixed.
    pub(crate) fn fix(&mut self) -> Option<Nanos> {
        if *self == Self::NONE {
            return None;
        }
        if self.0 & Self::PENDING != 0 {
            *self =
                Self::at(clock::after(clock::now(), Duration::from_nanos(self.0 & !Self::PENDING)));
        }
        Some(self.0)
    }

    /// The nearer of a span that begins now and `outer`; `None` when `outer` has passed.
    #[inline]
    pub(crate) fn tighten(outer: Self, span: Self) -> Option<Self> {
        // Both are spans that begin together, or `outer` is none, which compares as the longest.
        if outer.0 & Self::PENDING != 0 {
            Some(Self(span.0.min(outer.0)))
        } else {
            Self::tighten_running(outer, span)
        }
    }

    #[cold]
    #[inline(never)]
    fn tighten_running(outer: Self, span: Self) -> Option<Self> {
        let now = clock::now();
        (now < outer.0).then(|| Self::at(outer.0.min(clock::after(now, span.span()))))
    }

    /// The deadline in force.
    #[inline]
    pub(crate) fn current() -> Self {
        DEADLINE.get()
    }

    /// Runs `f` under this deadline.
    #[inline]
    pub(crate) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        with(&DEADLINE, self, f)
    }
}

/// The deadline in force, on our clock, fixed from now on.
#[inline]
pub(crate) fn deadline_nanos() -> Option<Nanos> {
    let mut deadline = DEADLINE.get();
    let end = deadline.fix();
    DEADLINE.set(deadline);
    end
}

/// When the innermost-ending [`timeout`](macro@crate::timeout) around this code strikes; `None` without one.
///
/// Pass it on to whoever works for this call. It holds inside the annotated function and everything that it calls and
/// awaits in its own task; a task spawned from there starts without a deadline.
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

/// How much time the [`deadline`] leaves, down to zero; `None` without one.
#[must_use]
pub fn remaining() -> Option<Duration> {
    deadline_nanos().map(|end| clock::until(end, clock::now()))
}
