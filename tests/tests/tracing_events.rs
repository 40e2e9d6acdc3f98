//! What happens, told to `tracing`.
//!
//! Each test begins by listening: a place in the code that speaks for the first time while the listener is being set
//! up may be taken for one that nobody listens to.

mod http;
mod log;

use std::time::Duration;

use axum::http::Method;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Rejection, Retry, RetryConfig,
    Timeout, TimeoutConfig, registry,
};

#[tokio::test(start_paused = true)]
async fn changes_of_state_retries_and_refusals_say_who_and_what() {
    let log = log::listen();
    let breaker = CircuitBreaker::new("logged", CircuitBreakerConfig::new());
    breaker.force_open();
    assert!(breaker.try_acquire().is_err());
    let line = log.line_with(&[
        "policy=\"logged\"",
        "event=\"state_changed\"",
        "from=closed",
        "to=forced-open",
        "cause=forced",
    ]);
    assert_eq!(line.target, "resilience::circuit_breaker");
    log.line_with(&["policy=\"logged\"", "event=\"circuit_open\""]);

    let retry = Retry::new("logged retry", RetryConfig::new().attempts(2));
    let _ = retry.call(|| async { Err::<(), ()>(()) }).await;
    let line =
        log.line_with(&["policy=\"logged retry\"", "event=\"retried\"", "attempt=1", "delay="]);
    assert_eq!(line.target, "resilience::retry");

    let timeout = Timeout::new("logged limit", TimeoutConfig::new().after(Duration::from_secs(2)));
    let _ = timeout.call(std::future::pending::<Result<(), Rejection>>()).await;
    let line = log.line_with(&["policy=\"logged limit\"", "event=\"timed_out\"", "after=2s"]);
    assert_eq!(line.target, "resilience::timeout");

    let bulkhead = Bulkhead::new("logged slots", BulkheadConfig::new().max_concurrent(1));
    let _slot = bulkhead.try_acquire().unwrap();
    assert!(bulkhead.try_acquire().is_err());
    let line = log.line_with(&["policy=\"logged slots\"", "event=\"bulkhead_full\"", "limit=1"]);
    assert_eq!(line.target, "resilience::bulkhead");
}

#[tokio::test]
async fn who_changes_a_breaker_by_hand_is_logged() {
    let log = log::listen();
    registry().insert(CircuitBreaker::new("by hand", CircuitBreakerConfig::new()));
    let headers = [("authorization", "Bearer s3cret"), ("x-forwarded-user", "ada")];
    let app = resilience::axum::router().admin(resilience::axum::bearer("s3cret")).into();
    let path = "/resilience/circuit-breakers/by%20hand/force-open?reason=maintenance";
    http::send(app, Method::POST, path, &headers, "").await;
    let line =
        log.line_with(&["event=\"administered\"", "policy=\"by hand\"", "action=\"force_open\""]);
    assert_eq!(line.target, "resilience::circuit_breaker");
    assert!(
        line.fields.contains("by=\"ada\"") && line.fields.contains("maintenance"),
        "{}",
        line.fields
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_begins_no_log_line() {
    let log = log::listen();
    let breaker = CircuitBreaker::new("forged\nERROR all is lost", CircuitBreakerConfig::new());
    breaker.force_open();
    let rejection = breaker.try_acquire().unwrap_err();
    let line = log.line_with(&["forged", "event=\"state_changed\""]);
    assert!(!line.fields.contains('\n') && !rejection.to_string().contains('\n'), "{line:?}");
}
