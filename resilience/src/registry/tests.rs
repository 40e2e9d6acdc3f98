//! What the registry asks of a policy, asked of each kind.

use std::future::pending;
use std::time::Duration;

use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::fallback::Fallback;
use crate::hedge::{Hedge, HedgeConfig};
use crate::keyed::Keyed;
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity};
use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::rejection::Rejection;
use crate::retry::{Retry, RetryConfig};
use crate::stack::inspect::ErrorText;
use crate::timeout::{Timeout, TimeoutConfig};

const MS: Duration = Duration::from_millis(1);

async fn slow() -> Result<(), Rejection> {
    tokio::time::sleep(2 * MS).await;
    Ok(())
}

fn counted(policy: &dyn AnyPolicy, outcome: &str) -> u64 {
    let mut counted = 0;
    policy.outcomes(&mut |other, count| counted += if other == outcome { count } else { 0 });
    counted
}

#[track_caller]
fn counts_and_forgets(policy: &dyn AnyPolicy, outcome: &str) {
    assert_eq!((counted(policy, outcome), policy.mode()), (1, Some(Mode::Enforce)));
    policy.reset();
    assert_eq!(counted(policy, outcome), 0);
}

#[test]
fn a_bulkhead_counts_rejected_calls_until_it_is_reset() {
    let bulkhead = Bulkhead::new("reset", BulkheadConfig::new().max_concurrent(1));
    let _permit = bulkhead.try_acquire().unwrap();
    assert!(bulkhead.try_acquire().is_err());
    counts_and_forgets(&bulkhead, "rejected");
}

#[test]
fn a_rate_limiter_counts_rejected_calls_until_it_is_reset() {
    let limiter = RateLimiter::new("reset", RateLimitConfig::per_hour(1));
    limiter.try_acquire().unwrap();
    limiter.try_acquire().unwrap_err();
    counts_and_forgets(&limiter, "rejected");
    limiter.try_acquire().expect("its turn is given back");
}

#[test]
fn a_circuit_closes_when_it_is_reset() {
    let breaker = CircuitBreaker::new("reset", CircuitBreakerConfig::new());
    breaker.force_open();
    assert!(breaker.try_acquire().is_err());
    assert_eq!(counted(&breaker, "rejected"), 1);
    assert_eq!(
        (breaker.activity(), AnyPolicy::mode(&breaker)),
        (Some([1, 1]), Some(Mode::Enforce))
    );
    AnyPolicy::reset(&breaker);
    drop(breaker.try_acquire().unwrap());
    assert_eq!(counted(&breaker, "rejected"), 1, "a lifetime total");
    assert_eq!(breaker.activity(), Some([2, 1]));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_counts_calls_that_took_too_long_until_it_is_reset() {
    let timeout = Timeout::new("reset", TimeoutConfig::new().after(MS));
    timeout.call(pending::<Result<(), Rejection>>()).await.unwrap_err();
    counts_and_forgets(&timeout, "timed_out");
}

#[tokio::test(start_paused = true)]
async fn a_hedge_counts_second_attempts_until_it_is_reset() {
    let hedge = Hedge::new("reset", HedgeConfig::new().after(MS));
    hedge.call(slow).await.unwrap();
    counts_and_forgets(&hedge, "hedged");
}

#[tokio::test(start_paused = true)]
async fn a_retry_counts_calls_without_success_until_it_is_reset() {
    let retry = Retry::new("reset", RetryConfig::new().attempts(3));
    retry.call(|| async { Err::<(), _>("no") }).await.unwrap_err();
    assert_eq!(retry.activity().map(|[_, wrong]| wrong), Some(2));
    counts_and_forgets(&retry, "exhausted");
}

#[test]
fn a_mode_is_told_as_it_is() {
    let breaker = CircuitBreaker::new("mode", CircuitBreakerConfig::new());
    breaker.set_mode(Mode::Observe).unwrap();
    breaker.force_open();
    drop(breaker.try_acquire().unwrap());
    let mut passed = Vec::new();
    breaker.passed(&mut |word, count| passed.push((word, count)));
    assert_eq!(AnyPolicy::mode(&breaker), Some(Mode::Observe));
    assert_eq!(passed, [("would_reject", 1)]);
}

/// Off, then as declared.
macro_rules! assert_mode_is_told_and_renewed {
    ($policy:expr, $outcome:literal) => {
        let policy = &$policy;
        policy.set_mode(Mode::Off).unwrap();
        assert_eq!(AnyPolicy::mode(policy), Some(Mode::Off));
        assert_eq!(counted(policy, $outcome), 1);
        AnyPolicy::renew(policy);
        assert_eq!((policy.mode(), counted(policy, $outcome)), (Mode::Enforce, 0));
    };
}

#[tokio::test(start_paused = true)]
async fn a_renewed_policy_is_as_declared() {
    let bulkhead = Bulkhead::new("renew", BulkheadConfig::new().max_concurrent(1));
    let permit = bulkhead.try_acquire().unwrap();
    assert!(bulkhead.try_acquire().is_err());
    assert_mode_is_told_and_renewed!(bulkhead, "rejected");
    drop(permit);
    let limiter = RateLimiter::new("renew", RateLimitConfig::per_hour(1));
    limiter.try_acquire().unwrap();
    limiter.try_acquire().unwrap_err();
    assert_mode_is_told_and_renewed!(limiter, "rejected");
    let timeout = Timeout::new("renew", TimeoutConfig::new().after(MS));
    timeout.call(pending::<Result<(), Rejection>>()).await.unwrap_err();
    assert_mode_is_told_and_renewed!(timeout, "timed_out");
    let retry = Retry::new("renew", RetryConfig::new().attempts(2));
    retry.call(|| async { Err::<(), _>("no") }).await.unwrap_err();
    assert_mode_is_told_and_renewed!(retry, "exhausted");
    let hedge = Hedge::new("renew", HedgeConfig::new().after(MS));
    hedge.call(slow).await.unwrap();
    assert_mode_is_told_and_renewed!(hedge, "hedged");
}

#[tokio::test(start_paused = true)]
async fn what_modes_let_pass_is_told() {
    fn passed(policy: &dyn AnyPolicy) -> Vec<(&'static str, u64)> {
        let mut passed = Vec::new();
        policy.passed(&mut |word, count| passed.push((word, count)));
        passed
    }
    let timeout = Timeout::new("passed", TimeoutConfig::new().after(MS));
    for mode in [Mode::Observe, Mode::Off] {
        timeout.set_mode(mode).unwrap();
        timeout.call(slow()).await.unwrap();
    }
    assert_eq!(passed(&timeout), [("would_reject", 1), ("bypassed", 1)]);
    let hedge = Hedge::new("passed", HedgeConfig::new().after(MS));
    hedge.set_mode(Mode::Off).unwrap();
    hedge.call(slow).await.unwrap();
    assert_eq!((passed(&hedge), counted(&hedge, "hedged")), (vec![("bypassed", 1)], 0));
    let retry = Retry::new("passed", RetryConfig::new());
    retry.set_mode(Mode::Off).unwrap();
    retry.call(slow).await.unwrap();
    let limiter = RateLimiter::new("passed", RateLimitConfig::per_hour(1));
    limiter.set_mode(Mode::Off).unwrap();
    limiter.try_acquire().unwrap();
    assert_eq!([passed(&retry), passed(&limiter)], [[("bypassed", 1)]; 2]);
}

#[test]
fn a_fallback_forgets_its_answers_and_a_map_of_keys_keeps_no_history() {
    let fallback = Fallback::declared(Identity::explicit("answers"));
    fallback.step_in(1, ErrorText::Hidden);
    assert_eq!((counted(&fallback, "fell_back"), AnyPolicy::mode(&fallback)), (1, None));
    AnyPolicy::reset(&fallback);
    assert_eq!(counted(&fallback, "fell_back"), 0);
    fallback.step_in(1, ErrorText::Hidden);
    AnyPolicy::renew(&fallback);
    assert_eq!(counted(&fallback, "fell_back"), 0);
    let keys = Keyed::<Bulkhead>::new("keys", BulkheadConfig::new());
    assert_eq!((keys.activity(), AnyPolicy::mode(&keys)), (None, Some(Mode::Enforce)));
    keys.set_mode(Mode::Off).unwrap();
    assert_eq!(AnyPolicy::mode(&keys), Some(Mode::Off));
}

#[test]
fn the_policies_of_all_keys_are_reset_together() {
    let keys = Keyed::<CircuitBreaker>::new("reset", CircuitBreakerConfig::new());
    for key in ["a", "b"] {
        keys.get(key).force_open();
    }
    AnyPolicy::reset(&keys);
    assert!(["a", "b"].iter().all(|key| keys.get(*key).try_acquire().is_ok()));
}
