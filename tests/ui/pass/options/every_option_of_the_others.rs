#![forbid(unsafe_code)]
#![deny(warnings)]

use std::time::Duration;

use resilience::{
    CircuitBreaker, HedgeConfig, Keyed, Pipeline, RateLimitConfig, RateLimiter, Rejection, circuit_breaker, fallback,
    health_check, hedge, rate_limit, registry, resilient,
};

const RATE: &str = "100/s";
const LIMIT: RateLimitConfig = RateLimitConfig::new().rate("1000/250ms");
const HEDGE: HedgeConfig = HedgeConfig::new().max_attempts(3);

#[rate_limit(rate = RATE, burst = 2 + 3, max_wait = "1s", key = id, max_keys = 10, name = "by id", rejection = |it| it)]
#[hedge(config = HEDGE, after = Duration::from_millis(5), max_attempts = 2, when_err = |_| true, when_ok = |n| *n > 9, when_rejected = |_| false)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[rate_limit(config = LIMIT, burst = 5)]
static SHARED: RateLimiter;

#[circuit_breaker(latency, max_keys = 5)]
static HOSTS: Keyed<CircuitBreaker>;

#[fallback({ Ok(0) }, |error| { Err(*error) }, when_err = |error| error.retry_after().is_none(), name = "zero")]
#[rate_limit(SHARED)]
#[circuit_breaker(HOSTS, key = id)]
async fn refund(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[resilient(
    name = "orders",
    rate_limit("1000/s"),
    bulkhead(max_concurrent = 5),
    timeout("20s"),
    retry(attempts = 2, budget = 0.1),
    circuit_breaker(critical, latency = true),
    attempt_timeout("1s"),
)]
static ORDERS: Pipeline;

#[resilient(ORDERS, fallback(Ok(7)), when_err = |_| true, when_ok = |n| *n > 9, when_rejected = |_| false)]
async fn order(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[resilient(rate_limit(SHARED), timeout(off), circuit_breaker(off), retry, attempt_timeout(off))]
async fn own(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[health_check(name = "all is well", timeout = "1s", every = "10s", critical = false)]
async fn well() -> Result<(), &'static str> {
    Ok(())
}

#[tokio::main]
async fn main() {
    assert_eq!(charge(1).await.unwrap() + refund(2).await.unwrap(), 3);
    assert_eq!(order(3).await.unwrap() + own(4).await.unwrap(), 7);
    assert!(well().await.is_ok());
    assert!(registry().health_check("all is well").is_some());
}
