//! The registry: everything is listed before its first call, found by name, and shown as data.

use resilience::{
    Bulkhead, CircuitBreaker, CircuitBreakerConfig, CircuitState, PolicyKind, Rejection, Retry,
    Timeout, bulkhead, circuit_breaker, registry, retry, timeout,
};

#[allow(dead_code, reason = "it is listed without being called")]
#[retry(name = "listed retry")]
#[circuit_breaker(name = "listed breaker", critical)]
#[timeout("2s", name = "listed timeout")]
#[bulkhead(name = "listed bulkhead")]
async fn never_called() -> Result<(), Rejection> {
    Ok(())
}

#[circuit_breaker(failure_rate = 0.2)]
static BREAKER: CircuitBreaker;

#[retry(attempts = 5)]
static RETRY: Retry;

#[timeout("5s")]
static TIMEOUT: Timeout;

#[bulkhead(max_concurrent = 3)]
static BULKHEAD: Bulkhead;

#[test]
fn everything_is_listed_before_its_first_call() {
    let registry = registry();
    assert!(registry.retry("listed retry").is_some());
    assert!(registry.circuit_breaker("listed breaker").is_some());
    assert!(registry.timeout("listed timeout").is_some());
    assert!(registry.bulkhead("listed bulkhead").is_some());
    for (kind, found) in [
        ("breaker", registry.circuit_breaker("registry::BREAKER").is_some()),
        ("retry", registry.retry("registry::RETRY").is_some()),
        ("timeout", registry.timeout("registry::TIMEOUT").is_some()),
        ("bulkhead", registry.bulkhead("registry::BULKHEAD").is_some()),
    ] {
        assert!(found, "{kind}");
    }
    assert!(registry.circuit_breaker("listed breake").is_none());
    let mut names: Vec<_> = registry.circuit_breakers().map(CircuitBreaker::name).collect();
    names.dedup();
    assert!(names.is_sorted(), "{names:?}");
}

struct A;
struct B;

impl A {
    #[circuit_breaker]
    async fn same(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

impl B {
    #[circuit_breaker]
    async fn same(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

#[tokio::test]
async fn default_names_that_collide_are_told_apart_by_their_lines() {
    A.same().await.unwrap();
    B.same().await.unwrap();
    let names: Vec<_> = registry()
        .circuit_breakers()
        .map(CircuitBreaker::name)
        .filter(|name| name.contains("same"))
        .collect();
    assert_eq!(names.len(), 2);
    for name in names {
        let line = name.strip_prefix("registry::same:").expect("told apart");
        assert!(line.parse::<u32>().is_ok(), "{name}");
    }
}

#[test]
fn names_of_run_time_join_and_clashes_are_reported() {
    let tenant = format!("tenant-{}", 7);
    let first =
        registry().insert(CircuitBreaker::new(tenant.clone().leak(), CircuitBreakerConfig::new()));
    assert!(std::ptr::eq(registry().circuit_breaker(&tenant).unwrap(), first));
    assert!(registry().name_clashes().iter().all(|clash| clash.name != tenant));
    registry().insert(CircuitBreaker::new(tenant.clone().leak(), CircuitBreakerConfig::new()));
    let clashes = registry().name_clashes();
    let clash = clashes.iter().find(|clash| clash.name == tenant).expect("reported");
    assert_eq!((clash.kind, clash.locations.len()), (PolicyKind::CircuitBreaker, 2));
    assert!(clash.locations[0].contains("registry.rs:"));
    assert!(
        std::ptr::eq(registry().circuit_breaker(&tenant).unwrap(), first),
        "the first one stays the one"
    );
}

#[test]
fn the_snapshot_is_documented_json() {
    let breaker = registry().insert(CircuitBreaker::new(
        "snapshot",
        CircuitBreakerConfig::new().consecutive_failures(1),
    ));
    breaker.try_acquire().unwrap().failure();
    assert_eq!(breaker.state(), CircuitState::Open);
    let snapshot = serde_json::to_value(registry().snapshot()).unwrap();
    for kind in [
        "circuit_breakers",
        "retries",
        "timeouts",
        "bulkheads",
        "rate_limiters",
        "fallbacks",
        "hedges",
        "pipelines",
        "health_checks",
    ] {
        assert!(snapshot[kind].is_array(), "{kind}");
    }
    let breakers = snapshot["circuit_breakers"].as_array().unwrap();
    let shown = breakers.iter().find(|breaker| breaker["name"] == "snapshot").unwrap();
    assert_eq!(shown["state"], "open");
    assert!(shown["failure_rate"].is_null());
    assert_eq!(shown["totals"]["failures"], 1);
    assert_eq!(shown["last_trip"]["cause"], "consecutive_failures");
    assert_eq!(shown["config"]["consecutive_failures"], 1);
    assert!(shown["open_until_ms"].is_u64());
    assert!(shown["location"].as_str().unwrap().contains("registry.rs:"));
}

#[test]
fn configs_are_data_with_the_same_checks() {
    let config: CircuitBreakerConfig =
        serde_json::from_str(r#"{"failure_rate":0.25,"open_for":"1m 30s"}"#).unwrap();
    assert_eq!(
        config,
        CircuitBreakerConfig::new().failure_rate(0.25).open_for(std::time::Duration::from_secs(90))
    );
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<CircuitBreakerConfig>(&text).unwrap(), config);
    for bad in [
        r#"{"failure_rate":0.0}"#,
        r#"{"open_for":"0s"}"#,
        r#"{"slow_rate":0.5}"#,
        r#"{"open_fro":"1s"}"#,
        r#"{"open_for":"1M"}"#,
        r#"{"open_for":"3d"}"#,
        r#"{"failure_rate":"half"}"#,
    ] {
        assert!(serde_json::from_str::<CircuitBreakerConfig>(bad).is_err(), "{bad}");
    }
}

/// Each literal stands here twice: read by an attribute, and by a config.
#[test]
fn attributes_and_configs_read_durations_ratios_and_rates_alike() {
    use resilience::{Bulkhead, RateLimitConfig, RateLimiter, circuit_breaker};

    macro_rules! alike {
        ($($number:literal: $window:literal $ratio:literal;)*) => {
            $({
                #[circuit_breaker(name = $number, open_for = $window, failure_rate = $ratio)]
                static BREAKER: resilience::CircuitBreaker;
                let json = serde_json::json!({ "open_for": $window, "failure_rate": $ratio });
                let read: CircuitBreakerConfig = serde_json::from_value(json).unwrap();
                assert_eq!(&read, BREAKER.config(), "{} {}", $window, $ratio);
            })*
        };
    }
    alike! {
        "alike-1": "250ms" "25%";
        "alike-2": "1.5s" "33.3%";
        "alike-3": "2m" "7 %";
        "alike-4": "1h30m" "100%";
        "alike-5": "1h 30m 5s" 0.25;
        "alike-6": "10_000 us" 1;
        "alike-7": "7µs" 0.001;
        "alike-8": "0.25us" "0.1%";
    }
    #[resilience::rate_limit("1000/250ms", name = "alike", max_wait = "1m")]
    static LIMIT: RateLimiter;
    let json = r#"{"rate":"1000/250ms","max_wait":"60s"}"#;
    assert_eq!(&serde_json::from_str::<RateLimitConfig>(json).unwrap(), LIMIT.config());
    #[resilience::bulkhead(name = "alike", max_wait = "1ms")]
    static SLOTS: Bulkhead;
    assert_eq!(serde_json::to_value(SLOTS.config()).unwrap()["max_wait"], "1ms");
}
