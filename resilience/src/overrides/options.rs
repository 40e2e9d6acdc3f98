//! The options of each kind that can be changed from outside: the attributes' own, with the same setters.

use std::borrow::Cow;

use super::value::ConfigValue as _;
use crate::bulkhead::{BulkheadConfig, QueueOrder};
use crate::circuit_breaker::CircuitBreakerConfig;
use crate::grammar::{FACTOR_ALONE, Literal, ONE_ATTEMPT};
use crate::health::HealthCheckConfig;
use crate::hedge::HedgeConfig;
use crate::rate_limit::{RateLimitConfig, Unavailable, validate_lease};
use crate::retry::{Backoff, Jitter, RetryConfig};
use crate::timeout::TimeoutConfig;

/// Reads a value into a config.
pub(super) type Setter<C> = fn(C, &Literal) -> Result<C, String>;

/// A config whose options can be set one by one.
pub(super) trait Options: Sized + 'static {
    /// Each option, and its setter.
    const OPTIONS: &'static [(&'static str, Setter<Self>)];

    /// Whether the options fit together, of which those named in `set` were set from outside.
    fn check(&self, set: &[&str]) -> Result<(), Cow<'static, str>>;
}

const BACKOFFS: &[(&str, Backoff)] = &[
    ("exponential", Backoff::Exponential),
    ("linear", Backoff::Linear),
    ("fixed", Backoff::Fixed),
    ("fibonacci", Backoff::Fibonacci),
];

const JITTERS: &[(&str, Jitter)] = &[
    ("full", Jitter::Full),
    ("equal", Jitter::Equal),
    ("decorrelated", Jitter::Decorrelated),
    ("none", Jitter::None),
];

const UNAVAILABLE: &[(&str, Unavailable)] = &[
    ("local", Unavailable::Local),
    ("allow", Unavailable::Allow),
    ("reject", Unavailable::Reject),
];
const QUEUES: &[(&str, QueueOrder)] =
    &[("fifo", QueueOrder::Fifo), ("adaptive", QueueOrder::Adaptive)];

macro_rules! options {
    ($($config:ident $(or $conflict:ident)? { $($option:ident: $read:ident $(($words:ident))?,)* })*) => {
        $(
            impl Options for $config {
                const OPTIONS: &'static [(&'static str, Setter<Self>)] = &[
                    $((
                        stringify!($option),
                        |config, value| Ok(config.$option(value.$read($($words)?)?)),
                    ),)*
                ];

                fn check(&self, set: &[&str]) -> Result<(), Cow<'static, str>> {
                    $(if let Some(sentence) = $conflict(self, set) {
                        return Err(sentence);
                    })?
                    let _ = set;
                    self.validate().map_err(Cow::Borrowed)
                }
            }
        )*
    };
}

options! {
    CircuitBreakerConfig or breaker_conflict {
        failure_rate: ratio,
        min_calls: count,
        window: window,
        consecutive_failures: count,
        slow_call: positive,
        slow_rate: ratio,
        open_for: positive,
        max_open_for: positive,
        half_open_calls: count,
        half_open_for: positive,
        critical: flag,
        latency: flag,
    }
    RetryConfig or retry_conflict {
        attempts: count,
        delay: duration,
        backoff: choice(BACKOFFS),
        factor: factor,
        max_delay: positive,
        jitter: choice(JITTERS),
        max_retry_after: duration,
        max_elapsed: positive,
        budget: ratio,
        budget_burst: count,
    }
    TimeoutConfig {
        after: positive,
    }
    HealthCheckConfig {
        timeout: positive,
        every: positive,
        critical: flag,
    }
    BulkheadConfig {
        max_concurrent: count,
        max_wait: positive,
        max_queue: count,
        shares: shares,
        queue: choice(QUEUES),
        queue_target: positive,
        adaptive: flag,
        min_concurrent: count,
        initial: count,
        tolerance: tolerance,
        window: sample_window,
        min_samples: samples,
        max_latency: positive,
    }
}

fn breaker_conflict(config: &CircuitBreakerConfig, _: &[&str]) -> Option<Cow<'static, str>> {
    config.conflict().map(Cow::Owned)
}

fn retry_conflict(config: &RetryConfig, set: &[&str]) -> Option<Cow<'static, str>> {
    if set.contains(&"factor") && !config.grows_by_factor() {
        return Some(FACTOR_ALONE.into());
    }
    config.conflict().map(Cow::Owned)
}

impl Options for RateLimitConfig {
    const OPTIONS: &'static [(&'static str, Setter<Self>)] = &[
        ("rate", |config, value| {
            value.rate().map(|(count, period)| config.rate_per(count, period))
        }),
        ("burst", |config, value| Ok(config.burst(value.count()?))),
        ("max_wait", |config, value| Ok(config.max_wait(value.positive()?))),
        ("lease", |config, value| {
            let ahead = value.duration()?;
            validate_lease(ahead)?;
            Ok(config.lease(ahead))
        }),
        ("unavailable", |config, value| Ok(config.unavailable(value.choice(UNAVAILABLE)?))),
        ("replicas", |config, value| Ok(config.replicas(value.count()?))),
    ];

    fn check(&self, _: &[&str]) -> Result<(), Cow<'static, str>> {
        self.validate().map_err(Cow::Borrowed)
    }
}

impl Options for HedgeConfig {
    const OPTIONS: &'static [(&'static str, Setter<Self>)] = &[
        ("after", |config, value| Ok(config.after(value.positive()?))),
        ("max_attempts", |config, value| match value.count()? {
            1 => Err(ONE_ATTEMPT.into()),
            attempts => Ok(config.max_attempts(attempts)),
        }),
    ];

    fn check(&self, _: &[&str]) -> Result<(), Cow<'static, str>> {
        self.validate().map_err(Cow::Borrowed)
    }
}

/// What attributes take besides: code, or facts of the place.
const CODE: [&str; 18] = [
    "when_err",
    "when_ok",
    "ignore_err",
    "when_rejected",
    "retry_after",
    "key",
    "max_keys",
    "rejection",
    "crate",
    "on_retry",
    "on_state_change",
    "trip_when",
    "name",
    "config",
    "cost",
    "priority",
    "shared",
    "overload_err",
];

/// Whether an attribute's option of that name is no data.
pub(super) fn is_code(option: &str) -> bool {
    CODE.contains(&option)
}
