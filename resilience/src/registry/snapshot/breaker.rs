//! The state of a circuit breaker as data.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig, Thresholds, Totals, Trip};
use crate::circuit_state::{Cause, CircuitState, Counts};
use crate::histogram::Histogram;
use crate::name::Name;

/// One circuit breaker.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CircuitBreakerSnapshot {
    /// Its name.
    pub name: Name,
    /// Where it is declared, as `file:line`.
    pub location: String,
    /// Its state.
    pub state: CircuitState,
    /// Failures / calls; `None` below `min_calls`.
    pub failure_rate: Option<f64>,
    /// Slow calls / calls; `None` below `min_calls`.
    pub slow_rate: Option<f64>,
    /// What would open it, defaults filled in.
    pub thresholds: Thresholds,
    /// The window's counts.
    pub counts: Counts,
    /// Lifetime counts.
    pub totals: Totals,
    /// When the open period ends, in milliseconds since the Unix epoch; `None` unless it is open.
    pub open_until_ms: Option<u64>,
    /// What tripped it last.
    pub last_trip: Option<TripSnapshot>,
    /// Response times; `None` without the option `latency`.
    pub latency: Option<LatencySnapshot>,
    /// Its options.
    pub config: CircuitBreakerConfig,
}

impl CircuitBreaker {
    /// The present state as data.
    #[must_use]
    pub fn snapshot(&self) -> CircuitBreakerSnapshot {
        // One reading for all figures: they agree with each other.
        let (breaker, config, counts) = (self, self.config(), self.counts());
        CircuitBreakerSnapshot {
            name: breaker.name(),
            location: breaker.identity().place(),
            state: breaker.state(),
            failure_rate: config.rate(counts.failures, &counts),
            slow_rate: config.rate(counts.slow, &counts),
            thresholds: config.thresholds(),
            counts,
            totals: breaker.totals(),
            open_until_ms: breaker.retry_after().map(|left| unix_millis(SystemTime::now() + left)),
            last_trip: breaker.last_trip().map(TripSnapshot::of),
            latency: breaker.latency().as_ref().map(LatencySnapshot::of),
            config: config.clone(),
        }
    }
}

/// What tripped a breaker last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TripSnapshot {
    /// Why it opened.
    pub cause: Cause,
    /// The counts that it was judged by.
    pub counts: Counts,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: u64,
}

impl TripSnapshot {
    fn of(Trip { cause, counts, at }: Trip) -> Self {
        Self { cause, counts, at_ms: unix_millis(at) }
    }
}

/// Response times in brief. Quantiles are as fine as the histogram's buckets: the bound that so many kept within.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LatencySnapshot {
    /// How many calls were measured.
    pub count: u64,
    /// The mean, in milliseconds; `None` without calls, as below.
    pub mean_ms: Option<f64>,
    /// Half of the calls took no longer; `None` also beyond the last bucket's bound.
    pub p50_ms: Option<f64>,
    /// 95 in 100 took no longer.
    pub p95_ms: Option<f64>,
    /// 99 in 100 took no longer.
    pub p99_ms: Option<f64>,
}

impl LatencySnapshot {
    fn of(latency: &Histogram) -> Self {
        let within = |share| latency.quantile(share).map(millis);
        let count = latency.count();
        let mean_ms = (count > 0).then(|| millis(latency.sum()) / count as f64);
        Self { count, mean_ms, p50_ms: within(0.5), p95_ms: within(0.95), p99_ms: within(0.99) }
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn unix_millis(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
