//! The generic cell rate algorithm (ITU-T I.371): a limiter in one word. Pure: time is an argument.
//!
//! The word is the *theoretical arrival time*: when the next call would come if calls came evenly. A call conforms
//! when it is at most `burst - 1` intervals ahead of that. A refused call leaves the word alone, so hammering costs
//! nothing.

use std::num::NonZeroU64;

use crate::clock::{FAR_FUTURE, Nanos};

/// 18 years: beside the longest wait, an arrival time then still fits its word.
const LONGEST: u64 = FAR_FUTURE >> 4;

/// The two numbers that make up a limit, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gcra {
    /// Between two calls at a steady rate.
    interval: u64,
    /// How far the theoretical arrival time may run ahead: the whole burst.
    limit: u64,
}

/// What the algorithm says to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It may pass now; the new theoretical arrival time.
    Pass(Nanos),
    /// It would conform this much later.
    Wait(Early),
}

/// By how much a call is too early, in nanoseconds.
pub(super) type Early = NonZeroU64;

impl Gcra {
    pub(super) const fn new(interval: u64, burst: u32) -> Self {
        let limit = interval.saturating_mul(burst as u64);
        Self {
            interval: if interval < LONGEST { interval } else { LONGEST },
            limit: if limit < LONGEST { limit } else { LONGEST },
        }
    }

    #[inline]
    pub(super) fn decide(self, arrival: Nanos, now: Nanos) -> Decision {
        let next = self.next(arrival, now);
        match NonZeroU64::new((next - now).saturating_sub(self.limit)) {
            None => Decision::Pass(next),
            Some(early) => Decision::Wait(early),
        }
    }

    /// The theoretical arrival time after one more call, early or not.
    #[inline]
    pub(super) fn next(self, arrival: Nanos, now: Nanos) -> Nanos {
        arrival.max(now) + self.interval
    }

    /// The arrival time before the call that led to `arrival`.
    pub(super) fn previous(self, arrival: Nanos) -> Nanos {
        arrival.saturating_sub(self.interval)
    }

    /// How many calls would pass right now.
    pub(super) fn available(self, arrival: Nanos, now: Nanos) -> u64 {
        self.limit.saturating_sub(arrival.saturating_sub(now)) / self.interval
    }
}
