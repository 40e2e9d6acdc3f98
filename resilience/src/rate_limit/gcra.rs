//! The generic cell rate algorithm (ITU-T I.371): a token bucket in one word. Pure: time is an argument.
//!
//! The word is the *theoretical arrival time*: when the next call would come if calls came evenly. A call conforms
//! when it is at most `burst - 1` intervals ahead of that. A rejected call leaves the word alone, so hammering costs
//! nothing.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::clock::{FAR_FUTURE, Nanos};

/// 18 years: a whole burst lies at most so far ahead, so that sums with it fit their word.
pub(super) const LONGEST: u64 = FAR_FUTURE >> 4;

/// A turn that is taken at most this long after it was due counts from when it was due: a timer rounds up to the next
/// millisecond, and the task is polled a moment later. Without it, that would slow a queue down. More is a stall.
const LATE: u64 = 2_000_000;

/// The two numbers that make up a limit, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gcra {
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
    /// It would conform later.
    Wait(Early),
}

/// By how much a call is too early, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Early(NonZeroU64);

impl Early {
    /// No wait will do: the call costs more than a whole burst.
    pub(super) const NEVER: Self = Self(NonZeroU64::MAX);

    pub(super) const fn new(nanos: u64) -> Option<Self> {
        match NonZeroU64::new(nanos) {
            Some(nanos) => Some(Self(nanos)),
            None => None,
        }
    }

    #[inline]
    pub(super) const fn nanos(self) -> u64 {
        self.0.get()
    }

    #[inline]
    pub(super) fn retry_after(self) -> Option<Duration> {
        (self != Self::NEVER).then(|| Duration::from_nanos(self.nanos()))
    }
}

impl Gcra {
    /// `burst` calls at once, one per `interval` over time.
    pub(super) const fn new(interval: u64, burst: u32) -> Self {
        Self { interval, limit: interval.saturating_mul(burst as u64) }
    }

    /// What a call of that cost adds to the theoretical arrival time.
    #[inline]
    pub(super) const fn weight(self, cost: u64) -> u64 {
        self.interval.saturating_mul(cost)
    }

    /// Whether a call of that weight conforms at some time.
    #[inline]
    pub(super) const fn holds(self, weight: u64) -> bool {
        weight <= self.limit
    }

    #[inline]
    pub(super) fn decide(self, arrival: Nanos, now: Nanos, weight: u64) -> Decision {
        let next = arrival.max(now) + weight;
        match Early::new((next - now).saturating_sub(self.limit)) {
            None => Decision::Pass(next),
            Some(early) => Decision::Wait(early),
        }
    }

    /// The same for a call that has waited: a turn taken a little late doesn't delay the next one. A limit that has
    /// become smaller than the call meanwhile lets it pass when a whole burst would.
    pub(super) fn decide_waiting(self, arrival: Nanos, now: Nanos, weight: u64) -> Decision {
        let weight = weight.min(self.limit);
        let due = self.due(arrival, weight);
        let is_punctual = due <= now && now - due <= LATE;
        self.decide(arrival, if is_punctual { due } else { now }, weight)
    }

    /// When calls of that weight together would have had their turns.
    pub(super) fn due(self, arrival: Nanos, weight: u64) -> Nanos {
        arrival.saturating_add(weight).saturating_sub(self.limit)
    }

    /// By how much calls of that weight together are too early; zero for not at all.
    pub(super) fn wait(self, arrival: Nanos, now: Nanos, weight: u64) -> u64 {
        self.due(arrival.max(now), weight).saturating_sub(now)
    }

    /// How many calls would pass right now.
    pub(super) fn available(self, arrival: Nanos, now: Nanos) -> u64 {
        self.limit.saturating_sub(arrival.saturating_sub(now)) / self.interval
    }
}
