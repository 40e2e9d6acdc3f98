//! Retry, circuit breaker, timeout and bulkhead around one call that succeeds.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use failsafe::backoff::constant;
use failsafe::failure_policy::consecutive_failures;
use failsafe::futures::CircuitBreaker as _;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Retry, RetryConfig, Timeout,
    TimeoutConfig,
};
use resilience_benches::{Failure, bare};
use tokio::sync::Semaphore;
use tower::{Service, ServiceBuilder};
use tower_resilience::bulkhead::BulkheadLayer;
use tower_resilience::circuitbreaker::CircuitBreakerLayer;
use tower_resilience::retry::RetryLayer;
use tower_resilience::timelimiter::TimeLimiterLayer;

use crate::harness::{self, Criterion, Down, bench, through};

const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn all_succeed(criterion: &mut Criterion) {
    static RETRY: Retry = Retry::new("stack", RetryConfig::new());
    static BREAKER: CircuitBreaker = CircuitBreaker::new("stack", CircuitBreakerConfig::new());
    static TIMEOUT: Timeout = Timeout::new("stack", TimeoutConfig::new().after(SECOND));
    static BULKHEAD: Bulkhead = Bulkhead::new("stack", BulkheadConfig::new());
    let failsafe =
        failsafe::Config::new().failure_policy(consecutive_failures(5, constant(SECOND))).build();
    let mut tower = tower();

    let mut group = criterion.benchmark_group("all four, success");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", |input| {
        RETRY.call::<_, _, u64, Failure>(move || {
            BREAKER.call(TIMEOUT.call(BULKHEAD.call(bare(input))))
        })
    });
    bench(&mut group, "resilience, attributes", by_attributes);
    bench(&mut group, "backon, failsafe, tokio", |input| {
        let failsafe = &failsafe;
        let attempt = move || failsafe.call(limited(input));
        attempt.retry(ExponentialBuilder::default())
    });
    bench(&mut group, "tower-resilience", |input| through(&mut tower, input));
    group.finish();
}

#[resilience::retry]
#[resilience::circuit_breaker]
#[resilience::timeout("1s")]
#[resilience::bulkhead]
async fn by_attributes(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

async fn limited(input: u64) -> Result<u64, Down> {
    static PLACES: Semaphore = Semaphore::const_new(25);
    let in_place = async {
        let _place = PLACES.try_acquire().map_err(|_| Down)?;
        harness::bare(input).await
    };
    tokio::time::timeout(SECOND, in_place).await.map_err(|_| Down)?
}

fn tower() -> impl Service<u64> {
    let breaker = CircuitBreakerLayer::builder().sliding_window_size(100).build();
    let bulkhead = BulkheadLayer::builder().max_concurrent_calls(25).reject_when_full().build();
    ServiceBuilder::new()
        .layer(RetryLayer::<u64, u64, _>::builder().max_attempts(3).build())
        .layer(breaker.expect("a valid configuration"))
        .layer(TimeLimiterLayer::builder().timeout_duration(SECOND).build())
        .layer(bulkhead.expect("a valid configuration"))
        .service_fn(harness::bare)
}
