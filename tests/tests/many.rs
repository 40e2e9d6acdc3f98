//! Thousands of policies: answers are whole, and nobody else has to wait for them.

mod http;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use axum::Router;
use axum::body::HttpBody;
use http::{Answer, get};
use resilience::observe::Format;
use resilience::{CircuitBreaker, CircuitBreakerConfig, Keyed, Retry, RetryConfig, registry};
use serde_json::{Value, json};
use tower::ServiceExt;

const MANY: usize = 2_000;
const KEYS: u32 = 8_000;
/// No more policies, nor keys, are read between two turns of other tasks than some hundreds.
const PIECE: usize = 512;

fn app() -> Router {
    resilience::axum::router().into()
}

/// The answer, during which other tasks have had `turns` turns at least.
async fn see(path: &str, turns: usize, counter: &AtomicUsize) -> Answer {
    let before = counter.load(Relaxed);
    let answer = get(app(), path).await;
    let had = counter.load(Relaxed) - before;
    assert!(had >= turns, "{path}: {had} turns, not {turns}");
    answer
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
    let of_policies = MANY / 64;
    let snapshot = see("/resilience", of_policies, &turns).await.body;
    let mut snapshot: Value = serde_json::from_str(&snapshot).unwrap();
    let overridden = snapshot.as_object_mut().unwrap().remove("overridden");
    assert_eq!((snapshot, overridden), (json!(registry().snapshot()), Some(json!([]))));
    let breakers = see("/resilience/circuit-breakers", of_policies, &turns).await.body;
    let breakers: Value = serde_json::from_str(&breakers).unwrap();
    assert_eq!(breakers, json!(registry().snapshot())["circuit_breakers"]);
    let metrics = see("/metrics", of_policies, &turns).await.body;
    assert_eq!(metrics, Format::Prometheus.text(registry()));
    let health = see("/health", of_policies, &turns).await.json();
    assert_eq!(health["circuit_breakers"].as_object().unwrap().len(), MANY);

    let keyed = Keyed::<CircuitBreaker>::new("users", CircuitBreakerConfig::new()).max_keys(KEYS);
    let keyed = registry().insert(keyed);
    (0..KEYS).for_each(|user| keyed.get(&user).try_acquire().unwrap().success());
    keyed.get(&7).force_open();
    let of_keys = keyed.len() / PIECE;
    let snapshot = see("/resilience", of_policies + of_keys, &turns).await.json();
    assert_eq!(snapshot["keyed_circuit_breakers"][0]["totals"]["keys"], KEYS);
    let metrics = see("/metrics", of_policies + of_keys, &turns).await.body;
    let successes = format!("policy=\"users\",outcome=\"success\"}} {KEYS}");
    assert!(metrics.contains(&successes), "no {successes}");
    let health = see("/health", of_policies + of_keys, &turns).await.json();
    assert_eq!(health["circuit_breakers"]["users"]["state"], "forced-open");
    let keys = see("/resilience/circuit-breakers/users/keys", of_keys, &turns).await.json();
    assert_eq!(keys.as_array().unwrap().len(), KEYS as usize);
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
