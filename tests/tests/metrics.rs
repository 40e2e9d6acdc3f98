//! `GET /metrics`: what a scraper reads.

mod http;

use std::time::Duration;

use axum::Router;
use http::{get, send};
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Keyed, Rejection, Retry,
    RetryConfig, Timeout, TimeoutConfig, registry,
};

async fn scrape() -> String {
    let app: Router = resilience::axum::router().into();
    get(app, "/metrics").await.body
}

/// The values of the samples that begin like this, in the order of the page.
fn values(page: &str, start: &str) -> Vec<f64> {
    let lines = page.lines().filter(|line| line.starts_with(start));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_breaker_tells_its_outcomes_state_and_transitions() {
    let config = CircuitBreakerConfig::new().consecutive_failures(2);
    let breaker = registry().insert(CircuitBreaker::new("told", config));
    breaker.try_acquire().unwrap().success();
    breaker.try_acquire().unwrap().ignore();
    drop(breaker.try_acquire().unwrap());
    breaker.try_acquire().unwrap().failure();
    breaker.try_acquire().unwrap().failure();
    assert!(breaker.try_acquire().is_err());
    let page = scrape().await;
    let outcome = |outcome: &str| {
        let start = format!(
            "resilience_calls_total{{kind=\"circuit_breaker\",policy=\"told\",outcome=\"{outcome}\"}}"
        );
        values(&page, &start)
    };
    let all =
        ["success", "failure", "ignored", "cancelled", "stale", "rejected"].map(outcome).concat();
    assert_eq!(all, [1.0, 2.0, 1.0, 1.0, 0.0, 1.0]);
    let states = values(&page, "resilience_circuit_breaker_state{policy=\"told\"");
    assert_eq!(states, [0.0, 1.0, 0.0, 0.0, 0.0]);
    assert!(
        page.contains("resilience_circuit_breaker_state{policy=\"told\",state=\"half-open\"} 0\n")
    );
    let opened =
        "resilience_circuit_breaker_transitions_total{policy=\"told\",from=\"closed\",to=\"open\"}";
    assert_eq!(values(&page, opened), [1.0]);
}

#[tokio::test(start_paused = true)]
async fn the_others_tell_what_they_count() {
    let retry = registry().insert(Retry::new("again", RetryConfig::new().attempts(3)));
    let _ = retry.call(|| async { Err::<(), ()>(()) }).await;
    let config = TimeoutConfig::new().after(Duration::from_secs(1));
    let timeout = registry().insert(Timeout::new("limit", config));
    let _ = timeout.call(std::future::pending::<Result<(), Rejection>>()).await;
    let bulkhead =
        registry().insert(Bulkhead::new("slots", BulkheadConfig::new().max_concurrent(1)));
    let _held = bulkhead.try_acquire().unwrap();
    assert!(bulkhead.try_acquire().is_err());
    let page = scrape().await;
    for (sample, value) in [
        ("resilience_retries_total{policy=\"again\"}", 2.0),
        ("resilience_calls_total{kind=\"retry\",policy=\"again\",outcome=\"exhausted\"}", 1.0),
        ("resilience_calls_total{kind=\"timeout\",policy=\"limit\",outcome=\"timed_out\"}", 1.0),
        ("resilience_calls_total{kind=\"bulkhead\",policy=\"slots\",outcome=\"rejected\"}", 1.0),
        ("resilience_bulkhead_in_flight{policy=\"slots\"}", 1.0),
        ("resilience_bulkhead_queued{policy=\"slots\"}", 0.0),
    ] {
        assert_eq!(values(&page, sample), [value], "{sample}");
    }
}

#[tokio::test(start_paused = true)]
async fn durations_are_a_histogram_where_they_are_measured() {
    let measured = registry()
        .insert(CircuitBreaker::new("measured", CircuitBreakerConfig::new().latency(true)));
    registry().insert(CircuitBreaker::new("unmeasured", CircuitBreakerConfig::new()));
    for millis in [1, 3, 20_000] {
        let sleep = tokio::time::sleep(Duration::from_millis(millis));
        let call = async {
            sleep.await;
            Ok::<_, Rejection>(())
        };
        measured.call(call).await.unwrap();
    }
    let page = scrape().await;
    let bucket = |le: &str| {
        values(
            &page,
            &format!("resilience_call_duration_seconds_bucket{{policy=\"measured\",le=\"{le}\"}}"),
        )
    };
    assert_eq!(
        [bucket("0.0005"), bucket("0.001"), bucket("0.004"), bucket("16.384"), bucket("+Inf")]
            .concat(),
        [0.0, 1.0, 2.0, 2.0, 3.0]
    );
    assert_eq!(values(&page, "resilience_call_duration_seconds_count{policy=\"measured\"}"), [3.0]);
    assert_eq!(
        values(&page, "resilience_call_duration_seconds_sum{policy=\"measured\"}"),
        [20.004]
    );
    assert!(!page.contains("_seconds_count{policy=\"unmeasured\"}"));
}

#[tokio::test]
async fn keys_are_added_up_and_what_was_evicted_still_counts() {
    let hosts = registry()
        .insert(Keyed::<CircuitBreaker>::new("hosts", CircuitBreakerConfig::new()).max_keys(2));
    for host in 0..10 {
        hosts.get(&host).try_acquire().unwrap().success();
    }
    assert_eq!(hosts.len(), 2);
    let page = scrape().await;
    let successes =
        "resilience_calls_total{kind=\"circuit_breaker\",policy=\"hosts\",outcome=\"success\"}";
    assert_eq!(values(&page, successes), [10.0]);
}

#[tokio::test]
async fn labels_are_escaped_and_namesakes_are_one_series() {
    for _ in 0..2 {
        let breaker =
            registry().insert(CircuitBreaker::new("a \"b\" \\ \n", CircuitBreakerConfig::new()));
        breaker.try_acquire().unwrap().success();
    }
    let page = scrape().await;
    let sample = r#"resilience_calls_total{kind="circuit_breaker",policy="a \"b\" \\ \n",outcome="success"}"#;
    assert_eq!(values(&page, sample), [2.0]);
}

#[tokio::test]
async fn the_scraper_chooses_the_format() {
    let app = || Router::from(resilience::axum::router());
    let plain = get(app(), "/metrics").await;
    assert_eq!(plain.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(
        plain.body.contains("# TYPE resilience_calls_total counter\n")
            && !plain.body.contains("# EOF")
    );
    let accept = [("accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")];
    let open = send(app(), axum::http::Method::GET, "/metrics", &accept, "").await;
    assert_eq!(
        open.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(
        open.body.contains("# TYPE resilience_calls counter\n") && open.body.ends_with("# EOF\n")
    );
    assert!(open.body.contains("# UNIT resilience_call_duration_seconds seconds\n"));
}

#[tokio::test]
async fn without_overrides_there_is_no_time_at_which_they_were_applied() {
    assert_eq!(values(&scrape().await, "resilience_overrides_applied_timestamp"), [0.0; 0]);
}
