//! What a policy per key says of itself, by which it is kept or evicted.

#[cfg(all(feature = "test-util", not(shuttle)))]
use std::sync::atomic::{AtomicU32, Ordering};
#[cfg(all(feature = "test-util", not(shuttle)))]
use std::time::Duration;

#[cfg(all(feature = "test-util", not(shuttle)))]
use super::super::Keyed;
use super::super::instance::PerKey;
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
#[cfg(all(feature = "test-util", not(shuttle)))]
use crate::circuit_state::{CircuitState, StateChange};
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

#[cfg(all(feature = "test-util", not(shuttle)))]
#[tokio::test(start_paused = true)]
async fn a_change_of_state_that_new_options_make_is_told_for_each_key() {
    static CLOSED: AtomicU32 = AtomicU32::new(0);
    let second = Duration::from_secs(1);
    let config = CircuitBreakerConfig::new().consecutive_failures(1).half_open_calls(2);
    let listens = |change: &StateChange| {
        CLOSED.fetch_add(u32::from(change.to == CircuitState::Closed), Ordering::Relaxed);
    };
    let keyed = Keyed::<CircuitBreaker>::new(
        "told",
        config.clone().open_for(second).on_state_change(listens),
    );
    for key in ["a", "b"] {
        keyed.get(key).try_acquire().unwrap().failure();
        tokio::time::advance(2 * second).await;
        keyed.get(key).try_acquire().unwrap().success();
    }
    assert_eq!(CLOSED.load(Ordering::Relaxed), 0, "another trial is to come");
    keyed.reconfigure(config.open_for(second).half_open_calls(1)).unwrap();
    assert_eq!(CLOSED.load(Ordering::Relaxed), 2);
}
