//! What a policy per key says of itself, by which it is kept or evicted.

use super::super::instance::PerKey;
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::name::Identity;
use crate::rate_limit::{RateLimitConfig, RateLimiter};

#[test]
fn a_breaker_in_trouble_is_kept_before_any_number_of_failures() {
    let breaker = CircuitBreaker::new("severity", CircuitBreakerConfig::new());
    assert_eq!((CircuitBreaker::severity(&breaker), CircuitBreaker::is_idle(&breaker)), (0, true));
    breaker.try_acquire().unwrap().failure();
    assert_eq!(CircuitBreaker::severity(&breaker), 1);
    assert!(CircuitBreaker::may_go(&breaker));
    breaker.force_open();
    assert!(CircuitBreaker::severity(&breaker) > u64::from(u32::MAX));
    assert!(!CircuitBreaker::is_idle(&breaker) && !CircuitBreaker::may_go(&breaker));
    <CircuitBreaker as PerKey>::reset(&breaker);
    assert!(CircuitBreaker::is_idle(&breaker) && CircuitBreaker::may_go(&breaker));
}

#[test]
fn a_bulkhead_that_rejects_is_kept_before_one_that_does_not() {
    let bulkhead = Bulkhead::new("severity", BulkheadConfig::new().max_concurrent(1));
    assert_eq!((Bulkhead::severity(&bulkhead), Bulkhead::is_idle(&bulkhead)), (0, true));
    let permit = bulkhead.try_acquire().unwrap();
    assert!(bulkhead.try_acquire().is_err());
    assert_eq!((Bulkhead::severity(&bulkhead), Bulkhead::is_idle(&bulkhead)), (1, false));
    assert_eq!(Bulkhead::describe(&bulkhead), "1 in flight, 0 queued, 1 rejected");
    drop(permit);
    <Bulkhead as PerKey>::reset(&bulkhead);
    assert_eq!((Bulkhead::severity(&bulkhead), Bulkhead::is_idle(&bulkhead)), (0, true));
}

#[test]
fn a_limiter_that_is_not_full_is_kept() {
    let config = RateLimitConfig::per_hour(1);
    let limit = RateLimiter::template(Identity::explicit("severity"), &config);
    let limiter = RateLimiter::instance(&limit, &|| "key".into());
    assert!(RateLimiter::is_idle(&limiter));
    limiter.try_acquire().unwrap();
    limiter.try_acquire().unwrap_err();
    assert_eq!((RateLimiter::severity(&limiter), RateLimiter::is_idle(&limiter)), (1, false));
    assert_eq!(RateLimiter::describe(&limiter), "0 available, 1 rejected");
    assert_eq!(RateLimiter::aggregate(&limiter).rejected, 1);
    <RateLimiter as PerKey>::reset(&limiter);
    assert_eq!((RateLimiter::severity(&limiter), RateLimiter::is_idle(&limiter)), (0, true));
}
