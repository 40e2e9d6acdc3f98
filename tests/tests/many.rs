//! Thousands of policies: answers are whole, and nobody else has to wait for them.

mod http;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use axum::Router;
use axum::body::HttpBody;
use http::get;
use resilience::observe::Format;
use resilience::{CircuitBreaker, CircuitBreakerConfig, Retry, RetryConfig, registry};
use serde_json::{Value, json};
use tower::ServiceExt;

const MANY: usize = 2_000;

fn app() -> Router {
    resilience::axum::router().into()
}

/// Alone in its process with them: the registry is everybody's.
#[tokio::test]
async fn long_answers_are_whole_and_leave_others_their_turn() {
    let brief = app().oneshot(request("/resilience")).await.unwrap();
    assert!(brief.body().size_hint().exact().is_some(), "a short answer says how long it is");

    for number in 0..MANY {
        let name: &str = format!("tenant {number}").leak();
        registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new()));
        registry().insert(Retry::new(name, RetryConfig::new()));
    }
    let turns = count_turns();
    let snapshot: Value = serde_json::from_str(&get(app(), "/resilience").await.body).unwrap();
    assert_eq!(snapshot, json!(registry().snapshot()));
    let breakers = get(app(), "/resilience/circuit-breakers").await.body;
    assert_eq!(serde_json::from_str::<Value>(&breakers).unwrap(), snapshot["circuit_breakers"]);
    let bytes = breakers.len() + snapshot.to_string().len();
    assert!(turns.load(Relaxed) >= bytes / 100_000, "{turns:?} turns in {bytes} bytes");

    assert_eq!(get(app(), "/metrics").await.body, Format::Prometheus.text(registry()));
}

fn request(path: &str) -> axum::extract::Request {
    axum::extract::Request::get(path).body(axum::body::Body::empty()).unwrap()
}

/// How often another task of this thread runs.
fn count_turns() -> Arc<AtomicUsize> {
    let turns = Arc::new(AtomicUsize::new(0));
    tokio::spawn({
        let turns = Arc::clone(&turns);
        async move {
            loop {
                turns.fetch_add(1, Relaxed);
                tokio::task::yield_now().await;
            }
        }
    });
    turns
}
