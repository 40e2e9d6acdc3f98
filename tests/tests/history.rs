//! `GET /resilience/history`: the last minutes, kept since the first request.

mod http;

use std::time::Duration;

use axum::Router;
use http::get;
use resilience::{CircuitBreaker, CircuitBreakerConfig, Retry, RetryConfig, registry};
use serde_json::json;
use tokio::time::sleep;

const SLOT: Duration = Duration::from_secs(10);

fn app() -> Router {
    resilience::axum::router().into()
}

#[tokio::test(start_paused = true)]
async fn slots_tell_what_happened_when() {
    let breaker = registry().insert(CircuitBreaker::new("payments", CircuitBreakerConfig::new()));
    let retry = registry().insert(Retry::new("orders", RetryConfig::new()));
    breaker.try_acquire().unwrap().success();
    let first = get(app(), "/resilience/history").await;
    assert_eq!(first.json(), json!({ "slot_ms": 10_000, "policies": {} }));
    sleep(SLOT / 2).await;

    breaker.try_acquire().unwrap().success();
    breaker.try_acquire().unwrap().failure();
    sleep(SLOT * 3).await;
    let _ = retry.call(|| async { Err::<(), ()>(()) }).await;
    breaker.try_acquire().unwrap().success();
    sleep(SLOT).await;
    let policies = json!({ "circuit_breakers/payments": [[3, 2, 1], [0, 1, 0]], "retries/orders": [[0, 2, 2]] });
    assert_eq!(get(app(), "/resilience/history").await.json()["policies"], policies);
    sleep(SLOT * 40).await;
    assert_eq!(get(app(), "/resilience/history").await.json()["policies"], json!({}));
}
