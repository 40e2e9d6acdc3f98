//! Makes every listed policy as new.

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::current::{self, Configured};
use crate::fallback::Fallback;
use crate::health::HealthCheck;
use crate::hedge::Hedge;
use crate::keyed::Keyed;
#[cfg(feature = "overrides")]
use crate::overrides;
use crate::rate_limit::RateLimiter;
use crate::registry::registry;
use crate::retry::Retry;
use crate::timeout::Timeout;

pub(super) fn renew() {
    let registry = registry();
    #[cfg(feature = "overrides")]
    overrides::forget();
    registry.circuit_breakers().for_each(CircuitBreaker::renew);
    registry.retries().for_each(|retry| as_declared(retry, Retry::reset));
    registry.timeouts().for_each(|timeout| as_declared(timeout, Timeout::reset));
    registry.bulkheads().for_each(|bulkhead| as_declared(bulkhead, Bulkhead::reset));
    registry.rate_limiters().for_each(|limiter| as_declared(limiter, RateLimiter::reset));
    registry.hedges().for_each(|hedge| as_declared(hedge, Hedge::reset));
    registry.fallbacks().for_each(Fallback::renew);
    registry.health_checks().for_each(HealthCheck::renew);
    registry.keyed_circuit_breakers().for_each(Keyed::renew);
    registry.keyed_bulkheads().for_each(Keyed::renew);
    registry.keyed_rate_limiters().for_each(Keyed::renew);
}

fn as_declared<P: Configured>(policy: &P, reset: fn(&P)) {
    current::renew(policy);
    reset(policy);
}
