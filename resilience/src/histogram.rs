//! Durations counted in fixed exponential buckets: response times of breakers that ask for it, waits in bulkheads.

use std::ops::AddAssign;
use std::time::Duration;

use crate::sync::{AtomicU64, Ordering::Relaxed};

/// The first bucket's bound. Each further one is twice as wide.
const FIRST: Duration = Duration::from_micros(500);
/// 0.5 ms to 16.384 s, and one for what took longer.
const BUCKETS: usize = 17;

/// Where durations are counted.
#[derive(Debug)]
pub(crate) struct Latency {
    buckets: [AtomicU64; BUCKETS],
    nanos: AtomicU64,
}

impl Latency {
    pub(crate) fn new() -> Self {
        Self { buckets: std::array::from_fn(|_| AtomicU64::new(0)), nanos: AtomicU64::new(0) }
    }

    pub(crate) fn record(&self, took: Duration) {
        self.buckets[bucket(took)].fetch_add(1, Relaxed);
        self.nanos.fetch_add(crate::clock::span(took), Relaxed);
    }

    /// Begins at zero again.
    #[cfg(feature = "test-util")]
    pub(crate) fn clear(&self) {
        for counter in self.buckets.iter().chain([&self.nanos]) {
            counter.store(0, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Histogram {
        let counts = std::array::from_fn(|i| self.buckets[i].load(Relaxed));
        Histogram { counts, sum: Duration::from_nanos(self.nanos.load(Relaxed)) }
    }
}

/// The bucket whose bound is the first that is no less than `took`.
fn bucket(took: Duration) -> usize {
    let steps = took.as_nanos().saturating_sub(1) / FIRST.as_nanos();
    let bits = u128::BITS - steps.leading_zeros();
    BUCKETS.min(bits as usize + 1) - 1
}

/// Durations of calls: how many took how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; BUCKETS],
    sum: Duration,
}

impl Histogram {
    /// How many calls were measured: all that ended, other than by being dropped.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// What was measured since an earlier reading.
    #[cfg(feature = "axum")]
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let grown = |i: usize| self.counts[i].saturating_sub(earlier.counts[i]);
        Self { counts: std::array::from_fn(grown), sum: self.sum.saturating_sub(earlier.sum) }
    }

    /// How long they took together.
    #[must_use]
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// Each bucket's upper bound (`None`: there is none) and how many calls fell into it: longer than the bound
    /// before, at most this one. The bounds are 0.5 ms, 1 ms, 2 ms … 16.384 s.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> + use<> {
        let bound = |i: usize| (i + 1 < BUCKETS).then(|| FIRST * (1 << i));
        self.counts.into_iter().enumerate().map(move |(i, count)| (bound(i), count))
    }

    /// The bound that at least this share of the calls (0 to 1) kept within, as finely as the buckets know; `None`
    /// without calls, or when it lies beyond the last bound.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let wanted = share * self.count() as f64;
        let mut so_far = 0;
        let within = |(bound, count)| {
            so_far += count;
            (so_far > 0 && so_far as f64 >= wanted).then_some(bound)
        };
        self.buckets().find_map(within).flatten()
    }
}

impl AddAssign for Histogram {
    fn add_assign(&mut self, other: Self) {
        self.counts.iter_mut().zip(other.counts).for_each(|(mine, others)| *mine += others);
        self.sum += other.sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let bounds: Vec<_> =
            Histogram::default().buckets().filter_map(|(bound, _)| bound).collect();
        assert_eq!(
            (bounds.len(), bounds[0], bounds[15]),
            (16, FIRST, Duration::from_millis(16_384))
        );
        for (i, bound) in bounds.into_iter().enumerate() {
            assert_eq!(
                (bucket(bound), bucket(bound + Duration::from_nanos(1))),
                (i, i + 1),
                "{bound:?}"
            );
        }
        assert_eq!((bucket(Duration::ZERO), bucket(Duration::MAX)), (0, BUCKETS - 1));
    }

    #[test]
    fn quantiles_are_bounds() {
        let latency = Latency::new();
        assert_eq!(latency.read().quantile(0.5), None);
        (1..=100).for_each(|ms| latency.record(Duration::from_millis(ms)));
        let histogram = latency.read();
        assert_eq!((histogram.count(), histogram.sum()), (100, Duration::from_millis(5_050)));
        assert_eq!(histogram.quantile(0.5), Some(Duration::from_millis(64)));
        assert_eq!(histogram.quantile(0.01), Some(Duration::from_millis(1)));
        latency.record(Duration::from_secs(60));
        assert_eq!(latency.read().quantile(1.0), None);
    }
}
