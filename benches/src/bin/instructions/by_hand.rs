//! The cases without attributes: `policy.call(…)`.

use std::time::Duration;

use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Keyed, RateLimitConfig,
    RateLimiter, Retry, RetryConfig, Timeout, TimeoutConfig, Window,
};
use resilience_benches::{Failure, bare, call_once, fail_once, repeat_waiting, waiting};

use crate::caller::{repeat, repeat_half_failing};
use crate::until_samples_are_rare;

const NEVER_REACHED: RateLimitConfig = RateLimitConfig::new().rate("1000000000/s");

static RETRY: Retry = Retry::new("retry", RetryConfig::new());
static TIMEOUT: Timeout =
    Timeout::new("timeout", TimeoutConfig::new().after(Duration::from_secs(1)));
static BULKHEAD: Bulkhead = Bulkhead::new("bulkhead", BulkheadConfig::new());

pub(crate) fn breaker_consecutive(calls: u64) {
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new("consecutive", CircuitBreakerConfig::new().consecutive_failures(5));
    repeat(calls, |input| BREAKER.call(bare(input)));
}

pub(crate) fn breaker_count_window(calls: u64) {
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new("count", CircuitBreakerConfig::new().window(Window::Calls(100)));
    repeat(calls, |input| BREAKER.call(bare(input)));
}

pub(crate) fn breaker_time_window(calls: u64) {
    static BREAKER: CircuitBreaker = CircuitBreaker::new("time", CircuitBreakerConfig::new());
    repeat(calls, |input| BREAKER.call(bare(input)));
}

pub(crate) fn breaker_open(calls: u64) {
    static BREAKER: CircuitBreaker = CircuitBreaker::new(
        "open",
        CircuitBreakerConfig::new().consecutive_failures(1).open_for(Duration::from_secs(3600)),
    );
    fail_once(|input| BREAKER.call(bare(input)));
    repeat(calls, |input| BREAKER.call(bare(input)));
}

pub(crate) fn breaker_consecutive_failing(calls: u64) {
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new("consecutive", CircuitBreakerConfig::new().consecutive_failures(5));
    repeat_half_failing(calls, |input| BREAKER.call(bare(input)));
}

pub(crate) fn breaker_count_window_failing(calls: u64) {
    const CONFIG: CircuitBreakerConfig =
        CircuitBreakerConfig::new().window(Window::Calls(100)).min_calls(100).failure_rate(1.0);
    static BREAKER: CircuitBreaker = CircuitBreaker::new("count", CONFIG);
    repeat_half_failing(calls, |input| BREAKER.call(bare(input)));
}

pub(crate) fn breaker_time_window_failing(calls: u64) {
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new("time", CircuitBreakerConfig::new().failure_rate(1.0));
    repeat_half_failing(calls, |input| BREAKER.call(bare(input)));
}

pub(crate) fn retry(calls: u64) {
    repeat(calls, |input| RETRY.call(move || bare(input)));
}

pub(crate) fn timeout(calls: u64) {
    repeat(calls, |input| TIMEOUT.call(bare(input)));
}

pub(crate) fn timeout_waiting(calls: u64) {
    repeat_waiting(calls, |input| tokio::time::timeout(Duration::from_secs(1), waiting(input)));
}

pub(crate) fn bulkhead(calls: u64) {
    repeat(calls, |input| BULKHEAD.call(bare(input)));
}

pub(crate) fn bulkhead_adaptive(calls: u64) {
    static ADAPTIVE: Bulkhead = Bulkhead::new("adaptive", BulkheadConfig::new().adaptive(true));
    let run = |calls| repeat(calls, |input| ADAPTIVE.call(bare(input)));
    until_samples_are_rare(calls, run);
    run(calls);
}

pub(crate) fn bulkhead_sampled(calls: u64) {
    const CONFIG: BulkheadConfig =
        BulkheadConfig::new().adaptive(true).window(Duration::from_secs(3600));
    static SAMPLED: Bulkhead = Bulkhead::new("sampled", CONFIG);
    repeat(calls, |input| SAMPLED.call(bare(input)));
}

pub(crate) fn all_four(calls: u64) {
    static BREAKER: CircuitBreaker = CircuitBreaker::new("four", CircuitBreakerConfig::new());
    repeat(calls, |input| {
        RETRY.call::<_, _, u64, Failure>(move || {
            BREAKER.call(TIMEOUT.call(BULKHEAD.call(bare(input))))
        })
    });
}

pub(crate) fn limiter_allow(calls: u64) {
    static LIMITER: RateLimiter = RateLimiter::new("allow", NEVER_REACHED);
    repeat(calls, |input| LIMITER.call(bare(input)));
}

pub(crate) fn limiter_refuse(calls: u64) {
    static LIMITER: RateLimiter = RateLimiter::new("reject", RateLimitConfig::new().rate("1/h"));
    call_once(|input| LIMITER.call(bare(input)));
    repeat(calls, |input| LIMITER.call(bare(input)));
}

pub(crate) fn known_key(calls: u64) {
    static LIMITERS: Keyed<RateLimiter> = Keyed::<RateLimiter>::new("keyed", NEVER_REACHED);
    repeat(calls, |input| async move { LIMITERS.get(&(input % 1000)).call(bare(input)).await });
}

/// A fallback exists as an attribute only: by hand it is what one does with a result.
pub(crate) fn all_six(calls: u64) {
    static LIMITER: RateLimiter = RateLimiter::new("six", NEVER_REACHED);
    static BREAKER: CircuitBreaker = CircuitBreaker::new("six", CircuitBreakerConfig::new());
    repeat(calls, |input| async move {
        let attempt = move || BREAKER.call(bare(input));
        let retried = RETRY.call::<_, _, u64, Failure>(attempt);
        LIMITER.call(BULKHEAD.call(TIMEOUT.call(retried))).await.or(Ok::<u64, Failure>(0))
    });
}
