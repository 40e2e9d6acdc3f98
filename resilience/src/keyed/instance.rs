//! What a policy must know to be kept per key.

use std::sync::Arc;

use super::sum::{BreakerSum, BulkheadSum, LimiterSum, Sum};
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig, CircuitState};
use crate::name::Identity;
use crate::rate_limit::Limit;
use crate::rate_limit::{RateLimitConfig, RateLimiter};

/// A policy that can be kept per key: [`CircuitBreaker`], [`Bulkhead`], [`RateLimiter`].
pub trait PerKey: sealed::Sealed + Send + Sync + Sized + 'static {
    /// Its options.
    type Config: Clone + Send + Sync;

    /// One key's policy: as small as it can be, for there may be many.
    type Kept: Send + Sync + 'static;

    /// What the policies of all keys are made from.
    #[doc(hidden)]
    type Model: Send + Sync;

    #[doc(hidden)]
    type Sum: Sum;

    #[doc(hidden)]
    fn model(identity: Identity, config: &Self::Config) -> Self::Model;

    #[doc(hidden)]
    fn instance(model: &Self::Model) -> Self::Kept;

    /// Whether nothing is lost if it is forgotten: a closed circuit, an unused limit.
    #[doc(hidden)]
    fn is_at_rest(policy: &Self::Kept) -> bool;

    /// How much it deserves attention; 0 for none.
    #[doc(hidden)]
    fn trouble(policy: &Self::Kept) -> u64;

    /// One line on how it is.
    #[doc(hidden)]
    fn describe(policy: &Self::Kept) -> String;

    /// What it has counted.
    #[doc(hidden)]
    fn sum(policy: &Self::Kept) -> Self::Sum;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::CircuitBreaker {}
    impl Sealed for crate::Bulkhead {}
    impl Sealed for crate::RateLimiter {}
}

impl PerKey for CircuitBreaker {
    type Config = CircuitBreakerConfig;
    type Kept = Self;
    type Model = (Identity, CircuitBreakerConfig);
    type Sum = BreakerSum;

    fn model(identity: Identity, config: &CircuitBreakerConfig) -> Self::Model {
        (identity, config.clone())
    }

    fn instance((identity, config): &Self::Model) -> Self {
        Self::declared(identity.of_key(), config.clone())
    }

    fn is_at_rest(breaker: &Self) -> bool {
        breaker.state() == CircuitState::Closed
    }

    /// Anything but closed comes before any number of failures.
    fn trouble(breaker: &Self) -> u64 {
        let state = if Self::is_at_rest(breaker) { 0 } else { 1 << 32 };
        state + breaker.counts().failures.min(u64::from(u32::MAX))
    }

    fn describe(breaker: &Self) -> String {
        format!("{}, {} failures in the window", breaker.state(), breaker.counts().failures)
    }

    fn sum(breaker: &Self) -> BreakerSum {
        BreakerSum::of(breaker)
    }
}

impl PerKey for Bulkhead {
    type Config = BulkheadConfig;
    type Kept = Self;
    type Model = (Identity, BulkheadConfig);
    type Sum = BulkheadSum;

    fn model(identity: Identity, config: &BulkheadConfig) -> Self::Model {
        (identity, config.clone())
    }

    fn instance((identity, config): &Self::Model) -> Self {
        Self::declared(identity.of_key(), config.clone())
    }

    fn is_at_rest(bulkhead: &Self) -> bool {
        bulkhead.in_flight() == 0 && bulkhead.queued() == 0
    }

    fn trouble(bulkhead: &Self) -> u64 {
        bulkhead.rejected() + u64::from(bulkhead.queued())
    }

    fn describe(bulkhead: &Self) -> String {
        let (in_flight, queued) = (bulkhead.in_flight(), bulkhead.queued());
        format!("{in_flight} in flight, {queued} queued, {} refused", bulkhead.rejected())
    }

    fn sum(bulkhead: &Self) -> BulkheadSum {
        BulkheadSum::of(bulkhead)
    }
}

impl PerKey for RateLimiter {
    type Config = RateLimitConfig;
    type Kept = RateLimiter<Arc<Limit>>;
    type Model = Arc<Limit>;
    type Sum = LimiterSum;

    fn model(identity: Identity, config: &RateLimitConfig) -> Arc<Limit> {
        Arc::new(Limit::new(identity, config.clone()))
    }

    fn instance(limit: &Arc<Limit>) -> Self::Kept {
        RateLimiter::within(Arc::clone(limit))
    }

    /// A limiter that is forgotten while it is used up would grant a second burst.
    fn is_at_rest(limiter: &Self::Kept) -> bool {
        limiter.is_full()
    }

    fn trouble(limiter: &Self::Kept) -> u64 {
        limiter.rejected()
    }

    fn describe(limiter: &Self::Kept) -> String {
        format!("{} available, {} refused", limiter.available(), limiter.rejected())
    }

    fn sum(limiter: &Self::Kept) -> LimiterSum {
        LimiterSum::of(limiter)
    }
}
