#![forbid(unsafe_code)]
#![deny(warnings)]

use std::time::Duration;

use resilience::{
    Bulkhead, CircuitBreaker, CircuitBreakerConfig, Rejection, Retry, RetryConfig, Timeout, Window, bulkhead,
    circuit_breaker, retry, timeout,
};

const RATE: f64 = 0.25;
const COUNT: u32 = 7;
const TIME: Duration = Duration::from_secs(3);
const WINDOW: Window = Window::Calls(50);
const BREAKER: CircuitBreakerConfig = CircuitBreakerConfig::new().failure_rate(0.1);
const PATIENT: RetryConfig = RetryConfig::new().attempts(9);

/// Shared.
#[circuit_breaker(
    name = "payments", failure_rate = "20%", min_calls = 3, window = 100, consecutive_failures = 4, slow_call = "1s",
    slow_rate = 0.5, open_for = "10s", max_open_for = "1m", half_open_calls = 2, half_open_for = "5s",
    on_state_change = |change| assert_ne!(change.from, change.to), critical,
)]
pub static PAYMENTS: CircuitBreaker;

#[circuit_breaker(failure_rate = RATE, min_calls = COUNT, window = WINDOW, open_for = TIME, half_open_for = TIME)]
static CONSTANTS: CircuitBreaker;

#[circuit_breaker(window = TIME, critical = false)]
static TIMED: CircuitBreaker;

#[circuit_breaker(window = COUNT, min_calls = 1)]
static COUNTED: CircuitBreaker;

#[retry(
    attempts = 5, delay = "50ms", backoff = exponential, factor = 1.5, max_delay = "2s", jitter = equal,
    max_retry_after = "5m", max_elapsed = "1m30s", budget = 0.2, budget_burst = 20, on_retry = |event| assert!(event.attempt > 0),
)]
static ORDERS: Retry;

#[timeout("1.5s")]
static LIMIT: Timeout;

#[bulkhead(max_concurrent = COUNT, max_wait = TIME, max_queue = 5)]
static SLOTS: Bulkhead;

#[timeout(LIMIT)]
#[bulkhead(SLOTS)]
#[retry(ORDERS, when_err = |error| error.retry_after().is_some(), when_ok = |n| *n > 9, when_rejected = |_| false,
    retry_after = |error| error.retry_after())]
#[circuit_breaker({ if true { &PAYMENTS } else { &TIMED } }, ignore_err = |_| false)]
async fn shared(n: u8) -> Result<u8, Rejection> {
    Ok(n)
}

#[retry(config = PATIENT, delay = "1ms")]
#[circuit_breaker(config = BREAKER, name = "own")]
#[bulkhead(config = resilience::BulkheadConfig::new())]
async fn configured(n: u8) -> Result<u8, Rejection> {
    Ok(n)
}

#[bulkhead(adaptive, min_concurrent = 1, max_concurrent = 4294967295)]
async fn barely_bounded(n: u8) -> Result<u8, Rejection> {
    Ok(n)
}

#[timeout("2s", rejection = |rejection| rejection.to_string())]
async fn mapped(n: u8) -> Result<u8, String> {
    Ok(n)
}

#[tokio::main]
async fn main() {
    assert_eq!(shared(1).await.unwrap() + configured(1).await.unwrap() + mapped(1).await.unwrap(), 3);
    assert_eq!(barely_bounded(1).await.unwrap(), 1);
    assert_eq!(PAYMENTS.name(), "payments");
    let _ = (&CONSTANTS, &COUNTED);
}
