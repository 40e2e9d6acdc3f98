//! The policies that have options to change, in one table.

/// It calls `$then` with whatever is given in brackets, the types of these policies, and those that have one instance per key, too.
macro_rules! with_configured {
    ($then:ident $given:tt) => {
        $then! {
            $given
            $crate::circuit_breaker::CircuitBreaker,
            $crate::retry::Retry,
            $crate::timeout::Timeout,
            $crate::bulkhead::Bulkhead,
            $crate::rate_limit::RateLimiter,
            $crate::hedge::Hedge,
            $crate::health::HealthCheck;
            $crate::circuit_breaker::CircuitBreaker,
            $crate::bulkhead::Bulkhead,
            $crate::rate_limit::RateLimiter
        }
    };
}
pub(crate) use with_configured;
