//! The kinds of policy: one word each, the same in events, metrics and reports.

use std::fmt;

/// What a policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum PolicyKind {
    /// Stops calling what keeps failing.
    CircuitBreaker,
    /// Tries again.
    Retry,
    /// Limits how long a call may take.
    Timeout,
    /// Limits how many calls run at once.
    Bulkhead,
    /// Limits how many calls begin in a stretch of time.
    RateLimiter,
    /// Answers for a body that failed.
    Fallback,
    /// Starts a second attempt beside a slow first one.
    Hedge,
    /// Asks now and then whether something works.
    HealthCheck,
    /// Several policies in the standard order.
    Pipeline,
}

impl PolicyKind {
    /// Every kind, in a fixed order.
    pub const ALL: [Self; 9] = [
        Self::CircuitBreaker,
        Self::Retry,
        Self::Timeout,
        Self::Bulkhead,
        Self::RateLimiter,
        Self::Fallback,
        Self::Hedge,
        Self::HealthCheck,
        Self::Pipeline,
    ];

    /// The kind in `snake_case`, as it appears in event targets and metric labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CircuitBreaker => "circuit_breaker",
            Self::Retry => "retry",
            Self::Timeout => "timeout",
            Self::Bulkhead => "bulkhead",
            Self::RateLimiter => "rate_limit",
            Self::Fallback => "fallback",
            Self::Hedge => "hedge",
            Self::HealthCheck => "health_check",
            Self::Pipeline => "pipeline",
        }
    }

    /// The kind in words, for sentences.
    #[must_use]
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::CircuitBreaker => "circuit breaker",
            Self::Retry => "retry",
            Self::Timeout => "timeout",
            Self::Bulkhead => "bulkhead",
            Self::RateLimiter => "rate limit",
            Self::Fallback => "fallback",
            Self::Hedge => "hedge",
            Self::HealthCheck => "health check",
            Self::Pipeline => "pipeline",
        }
    }
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
