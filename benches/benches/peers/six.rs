//! Fallback, rate limit, bulkhead, timeout, retry and circuit breaker around one call that succeeds, in the order of
//! the standard pipeline.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use failsafe::StateMachine;
use failsafe::backoff::{Constant, constant};
use failsafe::failure_policy::{ConsecutiveFailures, consecutive_failures};
use failsafe::futures::CircuitBreaker as _;
use governor::DefaultDirectRateLimiter;
use layered::{Execute, Service as _, Stack};
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, RateLimiter, Retry,
    RetryConfig, Timeout, TimeoutConfig,
};
use resilience_benches::{Failure, bare};
use seatbelt::{RecoveryInfo, ResilienceContext};
use tokio::sync::Semaphore;
use tower::{Service, ServiceBuilder};
use tower_resilience::bulkhead::BulkheadLayer;
use tower_resilience::circuitbreaker::CircuitBreakerLayer;
use tower_resilience::fallback::FallbackLayer;
use tower_resilience::ratelimiter::RateLimiterLayer;
use tower_resilience::retry::RetryLayer;
use tower_resilience::timelimiter::TimeLimiterLayer;

use crate::harness::{self, Criterion, Down, bench, through};
use crate::rate_limit;

const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn all_succeed(criterion: &mut Criterion) {
    let by_hand = ByHand::new();
    let mut tower = tower();
    let seatbelt = seatbelt();

    let mut group = criterion.benchmark_group("all six, success");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", ours_by_hand);
    bench(&mut group, "resilience, attributes", by_attributes);
    bench(&mut group, "governor, tokio, backon, failsafe", |input| by_hand.call(input));
    bench(&mut group, "tower-resilience", |input| through(&mut tower, input));
    bench(&mut group, "seatbelt (no rate limit, no bulkhead)", |input| seatbelt.execute(input));
    group.finish();
}

#[resilience::fallback(Ok(0))]
#[resilience::rate_limit("1000000000/s")]
#[resilience::bulkhead]
#[resilience::timeout("1s")]
#[resilience::retry]
#[resilience::circuit_breaker]
async fn by_attributes(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

/// A fallback exists as an attribute only: by hand it is what one does with a result.
async fn ours_by_hand(input: u64) -> Result<u64, Failure> {
    static LIMITER: RateLimiter = rate_limit::ours("six", rate_limit::NEVER_REACHED);
    static BULKHEAD: Bulkhead = Bulkhead::new("six", BulkheadConfig::new());
    static TIMEOUT: Timeout = Timeout::new("six", TimeoutConfig::new().after(SECOND));
    static RETRY: Retry = Retry::new("six", RetryConfig::new());
    static BREAKER: CircuitBreaker = CircuitBreaker::new("six", CircuitBreakerConfig::new());
    let attempt = move || BREAKER.call(bare(input));
    let retried = RETRY.call::<_, _, u64, Failure>(attempt);
    LIMITER.call(BULKHEAD.call(TIMEOUT.call(retried))).await.or(Ok(0))
}

/// The same policies, each from the crate that people take for it.
struct ByHand {
    limiter: DefaultDirectRateLimiter,
    breaker: StateMachine<ConsecutiveFailures<Constant>, ()>,
}

impl ByHand {
    fn new() -> Self {
        let policy = consecutive_failures(5, constant(SECOND));
        Self {
            limiter: rate_limit::governor(rate_limit::never_reached()),
            breaker: failsafe::Config::new().failure_policy(policy).build(),
        }
    }

    async fn call(&self, input: u64) -> Result<u64, Down> {
        self.limited(input).await.or(Ok(0))
    }

    async fn limited(&self, input: u64) -> Result<u64, Down> {
        static PLACES: Semaphore = Semaphore::const_new(25);
        self.limiter.check().map_err(|_| Down)?;
        let _place = PLACES.try_acquire().map_err(|_| Down)?;
        let attempt = || self.breaker.call(harness::bare(input));
        let retried = attempt.retry(ExponentialBuilder::default());
        match tokio::time::timeout(SECOND, retried).await {
            Ok(result) => result.map_err(|_| Down),
            Err(_) => Err(Down),
        }
    }
}

fn tower() -> impl Service<u64> {
    let limiter = RateLimiterLayer::per_second(1_000_000_000).build();
    let bulkhead = BulkheadLayer::builder().max_concurrent_calls(25).reject_when_full().build();
    let breaker = CircuitBreakerLayer::builder().sliding_window_size(100).build();
    ServiceBuilder::new()
        .layer(FallbackLayer::value(0))
        .layer(limiter.expect("a valid configuration"))
        .layer(bulkhead.expect("a valid configuration"))
        .layer(TimeLimiterLayer::builder().timeout_duration(SECOND).build())
        .layer(RetryLayer::<u64, u64, _>::builder().max_attempts(3).build())
        .layer(breaker.expect("a valid configuration"))
        .service_fn(harness::bare)
}

/// It offers four of the six.
fn seatbelt() -> impl layered::Service<u64, Out = Result<u64, Down>> {
    use seatbelt::{breaker::Breaker, fallback::Fallback, retry::Retry, timeout::Timeout};
    let context = ResilienceContext::new(tick::Clock::new_tokio().with_fast_instant(true));
    let recovery = |result: &Result<u64, Down>| match result {
        Ok(_) => RecoveryInfo::never(),
        Err(_) => RecoveryInfo::retry(),
    };
    let fallback = Fallback::layer("fallback", &context)
        .should_fallback(|result: &Result<u64, Down>| result.is_err())
        .fallback_output(Ok(0));
    let timeout = Timeout::layer("timeout", &context).timeout(SECOND).timeout_error(|_| Down);
    let retry = Retry::layer("retry", &context)
        .clone_input()
        .recovery_with(move |result, _| recovery(result));
    let breaker = Breaker::layer("breaker", &context)
        .recovery_with(move |result, _| recovery(result))
        .rejected_input_error(|_, _| Down);
    (fallback, timeout, retry, breaker, Execute::new(harness::bare)).into_service()
}
