//! Lifetime counters, striped so that threads don't fight over a cache line.
//!
//! They only ever grow. Windows, rows of successes and "since the last change" are differences between two readings,
//! which is why a success needs nothing but one increment here: no lock, no window of its own.

use std::ops::Sub;

use super::Totals;
use super::report::{CallReport, End};
use crate::stripe;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// One thread's share: a cache line, and its prefetched neighbour.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Stripe {
    pub(super) successes: AtomicU64,
    pub(super) ignored: AtomicU64,
    pub(super) cancelled: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) rejected: AtomicU64,
}

/// The counters of one breaker. What takes the machine's lock anyway is counted under it, in one place.
#[derive(Debug)]
pub(super) struct Tally {
    stripes: Box<[Stripe]>,
    failures: AtomicU64,
    slow: AtomicU64,
    /// Of the successes, the calls that were dropped after `slow_call`: windows count them as calls that did not fail.
    abandoned: AtomicU64,
}

impl Tally {
    pub(super) fn new() -> Self {
        let [failures, slow, abandoned] = [0, 0, 0].map(AtomicU64::new);
        let stripes = (0..stripe::count()).map(|_| Stripe::default()).collect();
        Self { stripes, failures, slow, abandoned }
    }

    /// Adds one to a counter of the calling thread's.
    #[inline]
    pub(super) fn bump(&self, counter: impl Fn(&Stripe) -> &AtomicU64) {
        stripe::bump(&self.stripes, counter);
    }

    /// Counts a call that ended, under the machine's lock.
    #[inline]
    pub(super) fn count(&self, report: CallReport) {
        match report.end {
            End::Failure => stripe::add_alone(&self.failures),
            end => self.count_end(end),
        }
        if report.slow {
            stripe::add_alone(&self.slow);
        }
        if report.end == End::Abandoned {
            stripe::add_alone(&self.abandoned);
        }
    }

    /// The successes, and the failures with one more. Under the machine's lock.
    #[inline]
    pub(super) fn with_failure(&self) -> (u64, u64) {
        (self.sum(|mine| &mine.successes), self.failures.load(Relaxed) + 1)
    }

    /// Under the machine's lock.
    #[inline]
    pub(super) fn set_failures(&self, failures: u64) {
        self.failures.store(failures, Relaxed);
    }

    /// Counts a call that ended after the state had changed.
    pub(super) fn count_late(&self, report: CallReport) {
        let is_abandoned = report.end == End::Abandoned;
        self.bump(move |mine| if is_abandoned { &mine.cancelled } else { &mine.stale });
    }

    /// Counts a call that did not fail, by its end alone.
    #[inline]
    pub(super) fn count_end(&self, end: End) {
        self.bump(move |mine| if end == End::Ignored { &mine.ignored } else { &mine.successes });
    }

    /// Begins at zero again, under the machine's lock. A thread that counts at this moment may undo it.
    #[cfg(feature = "test-util")]
    pub(super) fn clear(&self) {
        for stripe in &self.stripes {
            let Stripe { successes, ignored, cancelled, stale, rejected } = stripe;
            for counter in [successes, ignored, cancelled, stale, rejected] {
                counter.store(0, Relaxed);
            }
        }
        for counter in [&self.failures, &self.slow, &self.abandoned] {
            counter.store(0, Relaxed);
        }
    }

    /// What the state machine looks at. Call it under the machine's lock: then a later reading is never behind.
    #[inline]
    pub(super) fn read(&self) -> Counters {
        Counters {
            successes: self.sum(|mine| &mine.successes),
            failures: self.failures.load(Relaxed),
            ignored: self.sum(|mine| &mine.ignored),
            slow: self.slow.load(Relaxed),
        }
    }

    /// The totals of all calls.
    pub(super) fn totals(&self) -> Totals {
        let abandoned = self.abandoned.load(Relaxed);
        let Counters { successes, failures, ignored, slow } = self.read();
        let successes = successes.saturating_sub(abandoned);
        let cancelled = self.sum(|mine| &mine.cancelled) + abandoned;
        let stale = self.sum(|mine| &mine.stale);
        let rejected = self.sum(|mine| &mine.rejected);
        let requests = successes + failures + ignored + cancelled + stale;
        Totals { requests, successes, failures, ignored, slow, rejected, cancelled, stale }
    }

    #[inline]
    fn sum(&self, counter: impl Fn(&Stripe) -> &AtomicU64) -> u64 {
        stripe::sum(&self.stripes, counter)
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
