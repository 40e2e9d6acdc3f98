//! Lifetime counters, striped so that threads don't fight over a cache line.
//!
//! They only ever grow. Windows, rows of successes and "since the last change" are differences between two readings,
//! which is why a success needs nothing but one increment here: no lock, no window of its own.

use std::ops::{AddAssign, Sub};

use super::Totals;
use super::report::{CallReport, End};
use crate::stripe;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// One thread's share: a cache line, and its prefetched neighbour.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Stripe {
    pub(super) successes: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) ignored: AtomicU64,
    pub(super) slow: AtomicU64,
    pub(super) cancelled: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) rejected: AtomicU64,
    /// Of `successes`, the calls that were dropped after `slow_call`: windows count them as calls that did not fail.
    abandoned: AtomicU64,
}

/// The counters of one breaker.
#[derive(Debug)]
pub(super) struct Tally(Box<[Stripe]>);

impl Tally {
    pub(super) fn new() -> Self {
        Self((0..stripe::count()).map(|_| Stripe::default()).collect())
    }

    /// Adds one to a counter of the calling thread's.
    #[inline]
    pub(super) fn bump(&self, counter: impl Fn(&Stripe) -> &AtomicU64) {
        stripe::bump(&self.0, counter);
    }

    /// Counts a call that ended.
    #[inline]
    pub(super) fn count(&self, report: CallReport) {
        self.count_end(report.end);
        if report.slow {
            self.bump(|mine| &mine.slow);
        }
        if report.end == End::Abandoned {
            self.bump(|mine| &mine.abandoned);
        }
    }

    /// Counts a call that ended after the state had changed.
    pub(super) fn count_late(&self, report: CallReport) {
        let is_abandoned = report.end == End::Abandoned;
        self.bump(move |mine| if is_abandoned { &mine.cancelled } else { &mine.stale });
    }

    /// Counts a call by its end alone.
    #[inline]
    pub(super) fn count_end(&self, end: End) {
        self.bump(move |mine| match end {
            End::Success | End::Abandoned => &mine.successes,
            End::Failure => &mine.failures,
            End::Ignored => &mine.ignored,
        });
    }

    /// Begins at zero again, under the machine's lock. A thread that counts at this moment may undo it.
    #[cfg(feature = "test-util")]
    pub(super) fn clear(&self) {
        for stripe in &self.0 {
            let Stripe {
                successes,
                failures,
                ignored,
                slow,
                cancelled,
                stale,
                rejected,
                abandoned,
            } = stripe;
            let counters =
                [successes, failures, ignored, slow, cancelled, stale, rejected, abandoned];
            for counter in counters {
                counter.store(0, Relaxed);
            }
        }
    }

    /// What the state machine looks at. Call it under the machine's lock: then a later reading is never behind.
    #[inline]
    pub(super) fn read(&self) -> Counters {
        let mut sum = Counters::default();
        for stripe in stripe::used(&self.0) {
            sum += stripe.read();
        }
        sum
    }

    /// The totals of all calls.
    pub(super) fn totals(&self) -> Totals {
        let sum = |counter: fn(&Stripe) -> &AtomicU64| -> u64 {
            stripe::used(&self.0).map(|s| counter(s).load(Relaxed)).sum()
        };
        let abandoned = sum(|s| &s.abandoned);
        let Counters { successes, failures, ignored, slow } = self.read();
        let successes = successes.saturating_sub(abandoned);
        let (cancelled, stale) = (sum(|s| &s.cancelled) + abandoned, sum(|s| &s.stale));
        let rejected = sum(|s| &s.rejected);
        let requests = successes + failures + ignored + cancelled + stale;
        Totals { requests, successes, failures, ignored, slow, rejected, cancelled, stale }
    }
}

impl Stripe {
    fn read(&self) -> Counters {
        Counters {
            successes: self.successes.load(Relaxed),
            failures: self.failures.load(Relaxed),
            ignored: self.ignored.load(Relaxed),
            slow: self.slow.load(Relaxed),
        }
    }
}

/// The judged counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) successes: u64,
    pub(super) failures: u64,
    pub(super) ignored: u64,
    pub(super) slow: u64,
}

impl Counters {
    pub(super) fn calls(self) -> u64 {
        self.successes + self.failures
    }
}

impl Sub for Counters {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            successes: self.successes - earlier.successes,
            failures: self.failures - earlier.failures,
            ignored: self.ignored - earlier.ignored,
            slow: self.slow - earlier.slow,
        }
    }
}

impl AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.successes += other.successes;
        self.failures += other.failures;
        self.ignored += other.ignored;
        self.slow += other.slow;
    }
}
