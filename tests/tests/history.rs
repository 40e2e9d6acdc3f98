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
    let nothing = json!({ "slot_ms": 10_000, "slots": 0, "policies": {}, "circuit_breakers": {} });
    assert_eq!(first.json(), nothing);
    sleep(SLOT / 2).await;

    breaker.try_acquire().unwrap().success();
    breaker.try_acquire().unwrap().failure();
    sleep(SLOT * 3).await;
    let _ = retry.call(|| async { Err::<(), ()>(()) }).await;
    breaker.try_acquire().unwrap().success();
    sleep(SLOT).await;
    let policies = json!({ "circuit_breakers/payments": [[3, 2, 1], [0, 1, 0]], "retries/orders": [[0, 2, 2]] });
    assert_eq!(get(app(), "/resilience/history").await.json()["policies"], policies);
    let history = get(app(), "/resilience/history").await.json();
    let payments = history["circuit_breakers"]["payments"].as_array().unwrap();
    let of = |what: &str| payments.iter().map(|slot| slot[what].clone()).collect::<Vec<_>>();
    assert_eq!(
        (of("age"), of("succeeded"), of("failed")),
        (vec![json!(3), json!(0)], vec![json!(1); 2], vec![json!(1), json!(0)])
    );
    assert_eq!((of("state"), of("p50_ms")), (vec![json!("closed"); 2], vec![json!(null); 2]));
    sleep(SLOT * 40).await;
    assert_eq!(get(app(), "/resilience/history").await.json()["policies"], json!({}));
}
