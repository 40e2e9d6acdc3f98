//! Guarded functions as the registry lists them: whole stacks, what they add up to, and the JSON.
#![allow(dead_code, reason = "the functions are there to be listed")]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use resilience::functions::{Function, Layer};
use resilience::snapshot::FunctionSnapshot;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, Keyed, Mode, Pipeline, Rejection, Retry, Timeout,
    bulkhead, circuit_breaker, fallback, health_check, hedge, rate_limit, registry, resilient,
    retry, timeout,
};
use serde_json::json;

#[circuit_breaker(name = "functions: payments")]
static PAYMENTS: CircuitBreaker;

#[circuit_breaker(name = "functions: hosts", max_keys = 10)]
static HOSTS: Keyed<CircuitBreaker>;

#[resilient(
    name = "functions: upstream",
    retry(attempts = 2, delay = "1s", max_elapsed = "3s"),
    bulkhead(max_wait = "500ms"),
    circuit_breaker(off)
)]
static UPSTREAM: Pipeline;

struct State {
    pool: Arc<Bulkhead>,
}

static STATE: LazyLock<State> = LazyLock::new(|| State {
    pool: Arc::new(Bulkhead::new("functions: pool", BulkheadConfig::new())),
});

struct Shop {
    pool: Bulkhead,
    retry: Retry,
    limit: Duration,
}

#[timeout("30s")]
#[retry(attempts = 3)]
#[circuit_breaker(PAYMENTS)]
#[timeout("10s")]
async fn charge() -> Result<(), Rejection> {
    Ok(())
}

#[circuit_breaker(HOSTS, key = host)]
async fn per_host(host: u8) -> Result<u8, Rejection> {
    Ok(host)
}

#[resilient(UPSTREAM)]
async fn whole() -> Result<(), Rejection> {
    Ok(())
}

#[bulkhead(STATE.pool)]
fn in_a_static() -> Result<(), Rejection> {
    Ok(())
}

#[resilient(retry)]
async fn standard() -> Result<(), Rejection> {
    Ok(())
}

#[fallback(Ok(()))]
#[rate_limit("10/s", max_wait = "2s")]
#[hedge(after = "50ms", max_attempts = 3)]
#[timeout("1s")]
async fn hedged() -> Result<(), Rejection> {
    Ok(())
}

#[fallback(hedged().await)]
#[timeout("1s")]
async fn answered_elsewhere() -> Result<(), Rejection> {
    Ok(())
}

#[timeout("5s")]
#[fallback(hedged().await)]
async fn answered_in_time() -> Result<(), Rejection> {
    Ok(())
}

#[health_check(name = "functions: database")]
async fn database() -> Result<(), Rejection> {
    Ok(())
}

impl Shop {
    #[timeout("7s")]
    #[bulkhead(self.pool)]
    async fn order(&self) -> Result<(), Rejection> {
        Ok(())
    }

    #[retry(self.retry)]
    #[timeout("1s")]
    async fn again(&self) -> Result<(), Rejection> {
        Ok(())
    }

    #[timeout(after = self.limit)]
    async fn patient(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

#[timeout]
impl Shop {
    async fn close<const N: usize>(&self, names: [&str; N]) -> Result<usize, Rejection> {
        Ok(names.len() + N)
    }
}

fn found(name: &str) -> Function {
    let path = format!("{}::{name}", module_path!());
    let mut named = registry().functions().filter(|function| function.name() == path);
    let function = named.next().unwrap_or_else(|| panic!("{path} is not listed"));
    assert!(named.next().is_none(), "{path} is listed twice");
    function
}

/// `kind policy`, with `*` for a shared one.
fn layers(name: &str) -> Vec<String> {
    let own = format!("{}::", module_path!());
    let shown = |Layer { kind, policy, shared, .. }: &Layer| {
        let policy = policy.map_or_else(|| "?".to_owned(), |policy| policy.replace(&own, ""));
        format!("{kind} {policy}{}", if *shared { "*" } else { "" })
    };
    found(name).layers().iter().map(shown).collect()
}

fn worst_case_ms(name: &str) -> Option<u64> {
    found(name).snapshot().worst_case_ms
}

#[test]
fn a_stack_is_listed_as_it_is_written() {
    assert_eq!(
        layers("charge"),
        [
            "timeout charge.timeout",
            "retry charge",
            "circuit_breaker functions: payments*",
            "timeout charge.attempt_timeout",
        ]
    );
    assert_eq!(layers("per_host"), ["circuit_breaker functions: hosts*"]);
    assert_eq!(layers("in_a_static"), ["bulkhead functions: pool*"]);
    assert_eq!(layers("order"), ["timeout order", "bulkhead ?*"]);
    assert_eq!(layers("database"), ["health_check functions: database"]);
    assert_eq!(layers("Shop::close"), ["timeout Shop::close"]);
}

#[test]
fn a_pipeline_is_listed_as_its_parts() {
    assert_eq!(
        layers("whole"),
        [
            "timeout functions: upstream.timeout*",
            "bulkhead functions: upstream.bulkhead*",
            "retry functions: upstream.retry*",
            "timeout functions: upstream.attempt_timeout*",
        ]
    );
    assert_eq!(
        layers("standard"),
        [
            "timeout standard.timeout",
            "retry standard.retry",
            "circuit_breaker standard.circuit_breaker",
            "timeout standard.attempt_timeout",
        ]
    );
    let listed = registry().pipelines().filter(|one| one.name().ends_with("functions::standard"));
    assert_eq!(listed.count(), 1);
}

#[test]
fn the_worst_case_is_what_the_options_add_up_to() {
    assert_eq!(worst_case_ms("charge"), Some(30_000), "30.3 s, but for the timeout around it");
    assert_eq!(worst_case_ms("whole"), Some(13_500), "3 s + 10 s, and 500 ms for a slot");
    assert_eq!(worst_case_ms("standard"), Some(30_000));
    assert_eq!(worst_case_ms("hedged"), Some(2_000 + 100 + 1_000));
    assert_eq!(worst_case_ms("order"), Some(7_000));
    assert_eq!(worst_case_ms("answered_in_time"), Some(5_000));
}

#[test]
fn without_a_limit_there_is_no_worst_case() {
    for name in ["per_host", "in_a_static", "answered_elsewhere", "database", "again", "patient"] {
        assert_eq!(worst_case_ms(name), None, "{name}");
    }
}

#[test]
fn attempts_are_multiplied() {
    assert_eq!(found("charge").attempts_at_most(), 3);
    assert_eq!(found("hedged").attempts_at_most(), 3);
    assert_eq!(found("whole").attempts_at_most(), 2);
    assert_eq!(found("order").attempts_at_most(), 1);
    assert_eq!(found("again").attempts_at_most(), u32::MAX, "a call brings the retry");
    assert_eq!(found("again").snapshot().attempts_at_most, None);
}

#[timeout(name = "functions: changing", after = "1s")]
async fn changing() -> Result<(), Rejection> {
    Ok(())
}

#[test]
fn the_options_in_force_count() {
    let limit: &Timeout = registry().timeout("functions: changing").unwrap();
    assert_eq!(worst_case_ms("changing"), Some(1_000));
    limit.reconfigure(limit.config().clone().after(Duration::from_secs(3))).unwrap();
    assert_eq!(worst_case_ms("changing"), Some(3_000));
    limit.set_mode(Mode::Observe).unwrap();
    assert_eq!(worst_case_ms("changing"), None, "it ends no call");
}

#[test]
fn a_function_is_json() {
    let snapshot: FunctionSnapshot = found("order").snapshot();
    let location = found("order").location();
    assert!(location.starts_with("tests/tests/functions.rs:"), "{location}");
    let path = format!("{}::order", module_path!());
    assert_eq!(
        serde_json::to_value(snapshot).unwrap(),
        json!({
            "name": path, "location": location,
            "layers": [
                { "kind": "timeout", "policy": path, "shared": false },
                { "kind": "bulkhead", "policy": null, "shared": true },
            ],
            "worst_case_ms": 7_000, "attempts_at_most": 1,
        })
    );
    let all = serde_json::to_value(registry().snapshot()).unwrap();
    let names =
        all["functions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap());
    assert!(names.clone().is_sorted(), "by name");
    assert!(names.eq(registry().functions().map(|function| function.name().as_str())));
}
