//! Options at their ends, by hand, as data and in a file: the same are accepted everywhere, and what is accepted works.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use resilience::overrides::Overrides;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Hedge, HedgeConfig,
    RateLimitConfig, RateLimiter, Rejection, Retry, RetryConfig, Timeout, TimeoutConfig, Window,
    bulkhead, circuit_breaker, hedge, overrides, rate_limit, retry, timeout,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Builder;

#[circuit_breaker(name = "hostile", slow_call = "1s", window = "10s")]
static BREAKER: CircuitBreaker;
#[retry(name = "hostile", budget = 0.5, delay = "0s")]
static RETRY: Retry;
#[timeout("1s", name = "hostile")]
static TIMEOUT: Timeout;
#[bulkhead(name = "hostile", max_wait = "1s")]
static BULKHEAD: Bulkhead;
#[rate_limit("1/s", name = "hostile")]
static LIMIT: RateLimiter;
#[hedge(name = "hostile")]
static HEDGE: Hedge;

const COUNTS: [u32; 4] = [0, 1, 2, u32::MAX];
const RATIOS: [(&str, f64); 9] = [
    ("0.0", 0.0),
    ("1.0", 1.0),
    ("5e-324", 5e-324),
    ("1.0000000000000002", 1.000_000_000_000_000_2),
    ("-0.5", -0.5),
    ("1e308", 1e308),
    ("nan", f64::NAN),
    ("inf", f64::INFINITY),
    ("-inf", f64::NEG_INFINITY),
];
/// The last one is longer than the clock counts.
const DURATIONS: [(&str, Duration); 4] = [
    ("0s", Duration::ZERO),
    ("1ns", Duration::from_nanos(1)),
    ("1s", Duration::from_secs(1)),
    ("5000000h", Duration::from_secs(5_000_000 * 3_600)),
];

/// The same value in each form, and the config by hand, which panics where a value is out of range.
struct Case<C> {
    option: &'static str,
    text: String,
    make: Box<dyn Fn() -> C>,
}

/// What an option takes, for all of its values.
enum Setter<C> {
    Count(fn(C, u32) -> C),
    Ratio(fn(C, f64) -> C),
    Time(fn(C, Duration) -> C),
}

fn cases<C: Clone + 'static>(
    base: &C,
    setters: Vec<(&'static str, Setter<C>)>,
) -> impl Iterator<Item = Case<C>> {
    fn case<C: Clone + 'static, V: Copy + 'static>(
        (option, base, text): (&'static str, C, String),
        set: fn(C, V) -> C,
        value: V,
    ) -> Case<C> {
        Case { option, text, make: Box::new(move || set(base.clone(), value)) }
    }
    setters.into_iter().flat_map(move |(option, setter)| -> Vec<Case<C>> {
        let at = |text: String| (option, base.clone(), text);
        match setter {
            Setter::Count(set) => COUNTS.iter().map(|n| case(at(n.to_string()), set, *n)).collect(),
            Setter::Ratio(set) => {
                RATIOS.iter().map(|(text, n)| case(at((*text).into()), set, *n)).collect()
            }
            Setter::Time(set) => DURATIONS
                .iter()
                .map(|(text, time)| case(at(format!("\"{text}\"")), set, *time))
                .collect(),
        }
    })
}

/// Whether each way takes the case; those that are taken are called by `works`.
fn agree<C: DeserializeOwned + Clone + PartialEq + std::fmt::Debug + 'static>(
    kind: &str,
    (base, data): (C, Value),
    setters: Vec<(&'static str, Setter<C>)>,
    works: impl Fn(C),
) {
    for Case { option, text, make } in cases(&base, setters) {
        let context = format!("{kind}: {option} = {text}");
        let by_hand = catch_unwind(AssertUnwindSafe(|| {
            let config = make();
            works(config.clone());
            config
        }));
        // JSON has no such numbers.
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            let mut data = data.clone();
            data[option] = value.clone();
            let as_data = serde_json::from_value::<C>(data);
            assert_eq!(as_data.is_ok(), by_hand.is_ok(), "{context}: {as_data:?}");
            if let (Ok(one), Ok(other)) = (&as_data, &by_hand) {
                assert_eq!(one, other, "{context}");
            }
            let given = json!({ kind: { "hostile": { option: value } } });
            let plan = Overrides::from_value(given).and_then(|overrides| overrides.check());
            assert_eq!(plan.is_ok(), by_hand.is_ok(), "{context}, given: {:?}", plan.err());
        }
        let folder =
            std::env::temp_dir().join(format!("resilience-hostile-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{kind}.toml"));
        std::fs::write(&file, format!("[{kind}.\"hostile\"]\n{option} = {text}\n")).unwrap();
        let plan = overrides::file(file).check();
        assert_eq!(plan.is_ok(), by_hand.is_ok(), "{context}, in a file: {:?}", plan.err());
    }
}

/// Runs on a clock that waits for nothing, and never for as long as the options may say.
fn run<O>(future: impl Future<Output = O>) -> Option<O> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let limited = async { tokio::time::timeout(Duration::from_secs(5), future).await };
    runtime.block_on(limited).ok()
}

fn fails() -> impl Future<Output = Result<u32, Rejection>> {
    let policy = resilience::Name::from("a body");
    async move { Err(Rejection::TimedOut { policy, after: Duration::MAX }) }
}

async fn succeeds() -> Result<u32, Rejection> {
    tokio::task::yield_now().await;
    Ok(1)
}

#[test]
fn a_breaker() {
    use Setter::{Count, Ratio, Time};
    let base = CircuitBreakerConfig::new().slow_call(Duration::from_secs(1));
    let base = base.window(Window::Time(Duration::from_secs(10)));
    let setters: Vec<(_, Setter<CircuitBreakerConfig>)> = vec![
        ("failure_rate", Ratio(CircuitBreakerConfig::failure_rate)),
        ("slow_rate", Ratio(CircuitBreakerConfig::slow_rate)),
        ("min_calls", Count(CircuitBreakerConfig::min_calls)),
        ("consecutive_failures", Count(CircuitBreakerConfig::consecutive_failures)),
        ("half_open_calls", Count(CircuitBreakerConfig::half_open_calls)),
        ("slow_call", Time(CircuitBreakerConfig::slow_call)),
        ("open_for", Time(CircuitBreakerConfig::open_for)),
        ("max_open_for", Time(CircuitBreakerConfig::max_open_for)),
        ("half_open_for", Time(CircuitBreakerConfig::half_open_for)),
    ];
    let data = json!({ "slow_call": "1s", "window": { "time": "10s" } });
    agree("circuit_breaker", (base, data), setters, |config| {
        let breaker = CircuitBreaker::new("tried", config);
        for _ in 0..12 {
            run(breaker.call(fails()));
            run(breaker.call(succeeds()));
            let _ = (breaker.state(), breaker.retry_after(), breaker.to_string());
        }
        drop(breaker.try_acquire());
    });
}

#[test]
fn a_retry() {
    use Setter::{Count, Ratio, Time};
    let base = RetryConfig::new().budget(0.5).delay(Duration::ZERO);
    let setters: Vec<(_, Setter<RetryConfig>)> = vec![
        ("attempts", Count(RetryConfig::attempts)),
        ("budget_burst", Count(RetryConfig::budget_burst)),
        ("budget", Ratio(RetryConfig::budget)),
        ("factor", Ratio(RetryConfig::factor)),
        ("delay", Time(RetryConfig::delay)),
        ("max_delay", Time(RetryConfig::max_delay)),
        ("max_elapsed", Time(RetryConfig::max_elapsed)),
        ("max_retry_after", Time(RetryConfig::max_retry_after)),
    ];
    let data = json!({ "budget": 0.5, "delay": "0s" });
    agree("retry", (base, data), setters, |config| {
        let retry = Retry::new("tried", config);
        run(retry.call(succeeds));
        run(retry.call(fails));
    });
}

#[test]
fn a_timeout_a_bulkhead_a_rate_limit_and_a_hedge() {
    use Setter::{Count, Time};
    let setters: Vec<(_, Setter<TimeoutConfig>)> = vec![("after", Time(TimeoutConfig::after))];
    agree("timeout", (TimeoutConfig::new(), json!({})), setters, |config| {
        let timeout = Timeout::new("tried", config);
        run(timeout.call(succeeds()));
        run(timeout.call(timeout.call(std::future::pending::<Result<u32, Rejection>>())));
    });

    let base = BulkheadConfig::new().max_wait(Duration::from_secs(1));
    let setters: Vec<(_, Setter<BulkheadConfig>)> = vec![
        ("max_concurrent", Count(BulkheadConfig::max_concurrent)),
        ("max_queue", Count(BulkheadConfig::max_queue)),
        ("max_wait", Time(BulkheadConfig::max_wait)),
    ];
    agree("bulkhead", (base, json!({ "max_wait": "1s" })), setters, |config| {
        let bulkhead = Bulkhead::new("tried", config);
        let held: Vec<_> = (0..30).map_while(|_| bulkhead.try_acquire().ok()).collect();
        run(bulkhead.call(succeeds()));
        drop(held);
        run(bulkhead.call(succeeds()));
        assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0));
    });

    let base = RateLimitConfig::per_second(1);
    let setters: Vec<(_, Setter<RateLimitConfig>)> = vec![
        ("burst", Count(RateLimitConfig::burst)),
        ("max_wait", Time(RateLimitConfig::max_wait)),
    ];
    agree("rate_limit", (base, json!({ "rate": "1/s" })), setters, |config| {
        let limiter = RateLimiter::new("tried", config);
        run(limiter.call(succeeds()));
        run(limiter.call(succeeds()));
        let _ = limiter.cost(u32::MAX).try_acquire();
        run(limiter.cost(u32::MAX).call(succeeds()));
    });

    let setters: Vec<(_, Setter<HedgeConfig>)> = vec![
        ("max_attempts", Count(HedgeConfig::max_attempts)),
        ("after", Time(HedgeConfig::after)),
    ];
    agree("hedge", (HedgeConfig::new(), json!({})), setters, |config| {
        let hedge = Hedge::new("tried", config.clone());
        run(hedge.call(succeeds));
        // One that fails at once for ever would start attempts for ever.
        if config != HedgeConfig::new().max_attempts(u32::MAX) {
            run(hedge.call(fails));
        }
    });
}

/// The declared ones are as they were: nothing was applied.
#[test]
fn a_check_changes_nothing() {
    let given = json!({
        "circuit_breaker": { "hostile": { "open_for": "7s" } },
        "timeout": { "hostile": { "after": "7s" } },
        "rate_limit": { "hostile": { "burst": 7 } },
        "hedge": { "hostile": { "max_attempts": 7 } },
        "retry": { "hostile": { "attempts": 7 } },
        "bulkhead": { "hostile": { "max_concurrent": 7 } },
    });
    let plan = Overrides::from_value(given).and_then(|overrides| overrides.check()).unwrap();
    assert!(!plan.is_empty());
    let breaker = CircuitBreakerConfig::new().slow_call(Duration::from_secs(1));
    assert_eq!(BREAKER.config(), &breaker.window(Window::Time(Duration::from_secs(10))));
    assert_eq!(TIMEOUT.config(), &TimeoutConfig::new().after(Duration::from_secs(1)));
    assert_eq!(LIMIT.config(), &RateLimitConfig::per_second(1));
    assert_eq!(HEDGE.config(), &HedgeConfig::new());
    assert_eq!(RETRY.config(), &RetryConfig::new().budget(0.5).delay(Duration::ZERO));
    assert_eq!(BULKHEAD.config(), &BulkheadConfig::new().max_wait(Duration::from_secs(1)));
}

/// What a header says, however it is written, neither panics nor lasts for ever.
#[test]
fn headers_from_strangers() {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    let names = ["grpc-timeout", "x-envoy-expected-rq-timeout-ms", "x-request-timeout-ms"];
    let values: [&[u8]; 14] = [
        b"",
        b" ",
        b"-1",
        b"0",
        b"1",
        b"99999999H",
        b"99999999999999999999H",
        b"1e9",
        b"NaN",
        b"inf",
        b"\xff\xfe",
        b"1S, 2S",
        b"18446744073709551615",
        b"+5m",
    ];
    for name in names {
        for value in values {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
            let ended = run(async {
                let entered = resilience::wire::enter(&headers, async { resilience::remaining() });
                if let Ok(remaining) = entered.await {
                    // A value that means nothing is no deadline.
                    let is_long =
                        |left: Duration| left > Duration::from_secs(100_000 * 365 * 86_400);
                    assert!(!remaining.is_some_and(is_long), "{name}: {value:?}");
                }
            });
            assert!(ended.is_some(), "{name}: {value:?}");
        }
    }
    for value in values {
        let mut response = axum::http::Response::new(());
        *response.status_mut() = axum::http::StatusCode::SERVICE_UNAVAILABLE;
        let header = HeaderValue::from_bytes(value).unwrap();
        response.headers_mut().insert("retry-after", header);
        let retry = Retry::new("asked", RetryConfig::new().attempts(2));
        let answer = || std::future::ready(Ok::<_, Rejection>(response.clone()));
        assert!(run(retry.classified().call(answer)).is_some(), "retry-after: {value:?}");
    }
}
