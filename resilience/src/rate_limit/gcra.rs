//! The generic cell rate algorithm (ITU-T I.371): a token bucket in one word. Pure: time is an argument.
//!
//! The word is the *theoretical arrival time*: when the next call would come if calls came evenly. A call conforms
//! when it is at most `burst - 1` intervals ahead of that. A rejected call leaves the word alone, so hammering costs
//! nothing.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::clock::{FAR_FUTURE, Nanos};
use crate::sync::{AtomicU64, Ordering::Relaxed};

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

/// The same two numbers where they can be replaced. Read in the middle of that, they misjudge one call by one turn.
#[derive(Debug)]
pub(super) struct GcraCell {
    interval: AtomicU64,
    limit: AtomicU64,
}

impl GcraCell {
    pub(super) const fn new(gcra: Gcra) -> Self {
        Self { interval: AtomicU64::new(gcra.interval), limit: AtomicU64::new(gcra.limit) }
    }

    #[inline]
    pub(super) fn get(&self) -> Gcra {
        Gcra { interval: self.interval.load(Relaxed), limit: self.limit.load(Relaxed) }
    }

    pub(super) fn set(&self, gcra: Gcra) {
        self.interval.store(gcra.interval, Relaxed);
        self.limit.store(gcra.limit, Relaxed);
    }
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
    /// Not known here: a fleet shares the limit, and its store is to be asked.
    pub(super) const ASK: Self = Self(NonZeroU64::MIN);

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

    /// The same rate, under which no call conforms.
    pub(super) const fn closed(self) -> Self {
        Self { interval: self.interval, limit: 0 }
    }

    /// What each of so many replicas may do by itself: at least one call per `period`, and at least one at once.
    pub(super) fn share(self, replicas: u32, period: u64) -> Self {
        let slower = self.interval.saturating_mul(replicas.into());
        let interval = slower.min(period.max(self.interval));
        let burst = self.limit / self.interval / u64::from(replicas);
        Self { interval, limit: interval.saturating_mul(burst.max(1)) }
    }

    /// The arrival time after turns that others have allowed: they use up what is there, and no more.
    pub(super) fn charge(self, arrival: Nanos, now: Nanos, weight: u64) -> Nanos {
        arrival.max(now).saturating_add(weight).min(now.saturating_add(self.limit))
    }

    /// The same as [`decide`](Self::decide), but a call that weighs more than a whole burst passes when all of it is
    /// there, and keeps those after it waiting for longer.
    pub(super) fn decide_heavy(self, arrival: Nanos, now: Nanos, weight: u64) -> Decision {
        match self.decide(arrival, now, weight.min(self.limit)) {
            Decision::Pass(_) => Decision::Pass(arrival.max(now).saturating_add(weight)),
            early @ Decision::Wait(_) => early,
        }
    }

    /// Whether a call of that cost can be so early only where the limit has changed, where it is closed, or in the very
    /// moment in which others used up a whole burst.
    #[inline]
    pub(super) const fn is_doubtful(self, early: Early, cost: u32) -> bool {
        early.nanos() >= self.weight(cost as u64)
    }

    /// The arrival time that stands for as many used turns under `new`, a whole burst of it at most.
    #[allow(clippy::cast_possible_truncation, reason = "the limit is smaller")]
    pub(super) fn translate(self, arrival: Nanos, now: Nanos, new: Self) -> Nanos {
        let ahead = u128::from(arrival.saturating_sub(now));
        let ahead = ahead * u128::from(new.interval) / u128::from(self.interval);
        now + ahead.min(u128::from(new.limit)) as u64
    }

    /// The arrival time, where it lies further ahead than this limit can have brought it: a whole burst is used then.
    pub(super) fn clamp(self, arrival: Nanos, now: Nanos) -> Option<Nanos> {
        let furthest = now.saturating_add(self.limit);
        (arrival > furthest).then_some(furthest)
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
