//! Options over HTTP: what is in force and why, changes for a while, and who may.

mod http;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use futures_util::{FutureExt, StreamExt};
use http::{Answer, send};
use resilience::overrides;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitState, Event, Keyed, Mode, PolicyKind,
    RateLimiter, Retry, RetryConfig, Timeout, bulkhead, circuit_breaker, rate_limit, registry,
    retry, timeout,
};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::sleep;
use tower::ServiceExt;
use tracing::{Instrument, Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

const TOKEN: (&str, &str) = ("authorization", "Bearer s3cret");

#[circuit_breaker(name = "payments", window = "10s")]
static PAYMENTS: CircuitBreaker;

#[retry(name = "shop.again", attempts = 4)]
static AGAIN: Retry;

#[retry(name = "other", attempts = 4)]
static OTHER: Retry;

#[timeout("30s", name = "slow")]
static SLOW: Timeout;

#[bulkhead(name = "slots", max_concurrent = 1)]
static SLOTS: Bulkhead;

#[rate_limit("100/s", name = "api")]
static API: RateLimiter;

/// Overrides are the program's: one test at a time, from nothing to nothing.
struct Alone(#[allow(dead_code, reason = "held")] MutexGuard<'static, ()>, PathBuf);

async fn alone(name: &str) -> Alone {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    let folder = std::env::temp_dir().join(format!("resilience-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    Alone(turn, folder)
}

impl Alone {
    fn file(&self, text: &str) {
        let path = self.1.join("resilience.toml");
        fs::write(&path, text).unwrap();
        overrides::file(path).reload().unwrap();
    }

    async fn end(self) {
        for policy in [
            "circuit_breaker/payments",
            "retry/shop.again",
            "retry/other",
            "timeout/slow",
            "bulkhead/slots",
            "rate_limit/api",
        ] {
            assert_eq!(delete(policy).await.status, StatusCode::OK);
        }
        self.file("");
        let _ = fs::remove_dir_all(&self.1);
    }
}

fn app() -> Router {
    resilience::axum::router().admin(resilience::axum::bearer("s3cret")).into()
}

async fn patch(path: &str, options: Value) -> Answer {
    let path = format!("/resilience/config/{path}");
    send(app(), Method::PATCH, &path, &[TOKEN, ("x-forwarded-user", "ada")], &options.to_string())
        .await
}

async fn delete(path: &str) -> Answer {
    send(app(), Method::DELETE, &format!("/resilience/config/{path}"), &[TOKEN], "").await
}

async fn config(name: &str) -> Value {
    let all = send(app(), Method::GET, "/resilience/config", &[TOKEN], "").await.json();
    all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
}

#[tokio::test]
async fn each_option_is_shown_with_its_source() {
    let test = alone("sources").await;
    test.file("\n[retry.\"shop.*\"]\ndelay = \"5ms\"");
    patch("retry/shop.again", json!({"attempts": 2})).await;
    let shown = config("shop.again").await;
    let place = shown["location"].as_str().unwrap();
    assert!(place.starts_with("tests/tests/config.rs:"), "{place}");
    assert_eq!((&shown["kind"], &shown["mode"]), (&json!("retry"), &json!("enforce")));
    assert_eq!(
        (&shown["effective"]["attempts"], &shown["effective"]["delay"]),
        (&json!(2), &json!("5ms"))
    );
    assert_eq!(shown["sources"]["attempts"], "admin");
    assert!(
        shown["sources"]["delay"].as_str().unwrap().ends_with("resilience.toml:3:9"),
        "{shown}"
    );
    assert_eq!(
        (&shown["declared"]["attempts"], &shown["declared"]["jitter"]),
        (&json!(4), &Value::Null)
    );
    let asked = |query: &'static str| async move {
        let path = format!("/resilience/config?{query}");
        let listed = send(app(), Method::GET, &path, &[TOKEN], "").await.json();
        listed
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(asked("kind=retry&name=shop.again").await, ["shop.again"]);
    assert!(asked("kind=timeout&name=shop.again").await.is_empty());
    assert_eq!(shown["sources"]["jitter"], format!("attribute {place}"));
    assert_eq!(config("payments").await["effective"]["window"], "10s", "in the attribute's words");
    assert_eq!(config("api").await["effective"]["rate"], "100/s");
    test.end().await;
}

/// What happened to that retry's options, and where each change comes from.
fn reconfigured(events: &mut resilience::observe::Events) -> Vec<String> {
    let all = std::iter::from_fn(|| events.next().now_or_never().flatten());
    let of_again = all.filter_map(|event| match event {
        Event::Reconfigured { policy, changes, .. } if policy == "shop.again" => Some(changes),
        _ => None,
    });
    of_again.flat_map(|changes| changes.to_vec()).collect()
}

#[tokio::test]
async fn what_the_program_changes_by_hand_is_told_and_the_admin_routes_still_win() {
    let test = alone("by-hand").await;
    let declared = AGAIN.config().clone();
    patch("retry/shop.again", json!({"attempts": 2})).await;
    let mut events = registry().events();
    AGAIN.reconfigure(declared.clone().attempts(5).delay(Duration::from_millis(7))).unwrap();
    assert_eq!(AGAIN.config(), &declared.clone().attempts(2).delay(Duration::from_millis(7)));
    AGAIN.set_mode(Mode::Off).unwrap();
    assert_eq!(
        reconfigured(&mut events),
        ["shop.again.delay: 100ms → 7ms (program)", "shop.again.mode: enforce → off (program)",]
    );
    AGAIN.set_mode(Mode::Off).unwrap();
    assert!(reconfigured(&mut events).is_empty(), "nothing changed");
    AGAIN.reconfigure(declared.clone()).unwrap();
    assert_eq!(reconfigured(&mut events), ["shop.again.delay: 7ms → 100ms (program)"]);
    AGAIN.reconfigure(declared.clone().attempts(5).delay(Duration::from_millis(7))).unwrap();
    let metrics = send(app(), Method::GET, "/metrics", &[TOKEN], "").await;
    let overridden = "resilience_overridden{kind=\"retry\",policy=\"shop.again\"} 3";
    assert!(metrics.body.contains(overridden), "{}", metrics.body);
    registry().reset_overrides();
    assert_eq!((AGAIN.config(), AGAIN.mode()), (&declared, Mode::Enforce));
    test.end().await;
}

#[tokio::test]
async fn the_kit_forgets_what_the_admin_routes_set() {
    let test = alone("kit").await;
    let kit = resilience::test::exclusive().await;
    patch("retry/shop.again", json!({"attempts": 2})).await;
    drop(kit);
    let _kit = resilience::test::exclusive().await;
    assert_eq!(config("shop.again").await["admin"], Value::Null);
    AGAIN.reconfigure(RetryConfig::new().attempts(5)).unwrap();
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(5));
    AGAIN.reconfigure(RetryConfig::new().attempts(4)).unwrap();
    test.end().await;
}

#[test]
fn options_are_shown_while_every_thread_for_blocking_work_is_taken() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(1).build().unwrap();
    let test = runtime.block_on(alone("taken"));
    // Dropped before the runtime is, which waits for the thread.
    let (release, held) = std::sync::mpsc::channel::<()>();
    runtime.spawn_blocking(move || held.recv());
    let most = Duration::from_secs(60);
    let shown = runtime.block_on(async { tokio::time::timeout(most, config("slow")).await });
    assert_eq!(shown.expect("it waits for no thread")["effective"]["after"], "30s");
    drop(release);
    runtime.block_on(test.end());
}

/// The span in which each change was logged.
#[derive(Clone, Default)]
struct Spans(Arc<std::sync::Mutex<Vec<String>>>);

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Spans {
    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == "resilience::overrides" {
            let span = context.event_span(event).map_or("none", |span| span.name());
            self.0.lock().unwrap().push(span.to_owned());
        }
    }
}

#[tokio::test]
async fn a_change_is_logged_within_the_span_of_its_request() {
    let test = alone("spans").await;
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    patch("retry/shop.again", json!({"attempts": 2})).instrument(info_span!("request")).await;
    assert_eq!(*spans.0.lock().unwrap(), ["request"]);
    test.end().await;
}

#[test]
fn options_are_changed_outside_of_a_runtime_too() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let test = runtime.block_on(alone("outside"));
    runtime.block_on(patch("retry/shop.again", json!({"attempts": 2})));
    let answer = delete("retry/shop.again").now_or_never().expect("nothing is waited for");
    assert_eq!(
        (answer.status, AGAIN.config().clone()),
        (StatusCode::OK, RetryConfig::new().attempts(4))
    );
    runtime.block_on(test.end());
}

#[tokio::test]
async fn a_change_lies_above_file_and_program_and_is_taken_away_whole() {
    let test = alone("above").await;
    test.file("[retry.\"shop.again\"]\nattempts = 3\ndelay = \"5ms\"");
    AGAIN.reconfigure(RetryConfig::new().attempts(7)).unwrap();
    test.file("[retry.\"shop.again\"]\nattempts = 3\ndelay = \"6ms\"");
    let answer = patch("retry/shop.again", json!({"attempts": 1, "mode": "off"})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let answer = answer.json();
    assert_eq!(answer["old"], json!({"attempts": 7, "mode": "enforce"}));
    assert_eq!(answer["new"], json!({"attempts": 1, "mode": "off"}));
    let changed = RetryConfig::new().attempts(1).delay(Duration::from_millis(6));
    assert_eq!((AGAIN.config(), AGAIN.mode()), (&changed, Mode::Off));
    test.file("[retry.\"shop.again\"]\nattempts = 5");
    assert_eq!(
        AGAIN.config(),
        &RetryConfig::new().attempts(1),
        "a reload changes what lies beneath"
    );
    patch("retry/shop.again", json!({"attempts": null})).await;
    assert_eq!((AGAIN.config().clone(), AGAIN.mode()), (RetryConfig::new().attempts(7), Mode::Off));
    let answer = delete("retry/shop.again").await.json();
    assert_eq!(
        (&answer["old"], &answer["new"]),
        (&json!({"mode": "off"}), &json!({"mode": "enforce"}))
    );
    AGAIN.reconfigure(RetryConfig::new().attempts(4)).unwrap();
    test.end().await;
}

#[tokio::test]
async fn a_dry_run_answers_and_changes_nothing() {
    let test = alone("dry").await;
    let answer = patch("timeout/slow?dry_run=true", json!({"after": "800ms"})).await.json();
    assert_eq!(
        (&answer["old"]["after"], &answer["new"]["after"]),
        (&json!("30s"), &json!("800ms"))
    );
    assert_eq!(answer["dry_run"], true);
    assert_eq!(config("slow").await["effective"]["after"], "30s");
    assert_eq!(config("slow").await["admin"], Value::Null);
    let path = "circuit_breaker/payments?dry_run=true";
    let answer = patch(path, json!({"state": "forced-open"})).await.json();
    assert_eq!(
        (&answer["old"], &answer["new"]),
        (&json!({"state": "closed"}), &json!({"state": "forced-open"}))
    );
    assert_eq!(PAYMENTS.state(), CircuitState::Closed);
    test.end().await;
}

#[tokio::test]
async fn mistakes_are_told_as_the_attributes_tell_them_and_change_nothing() {
    let test = alone("mistakes").await;
    for (path, options, status, detail) in [
        (
            "retry/shop.again",
            json!({"attempts": 0}),
            400,
            "`attempts`: a count is at least 1, but this is 0: write 1 or more",
        ),
        (
            "retry/shop.again",
            json!({"atempts": 1}),
            400,
            "unknown option `atempts` of a retry; did you mean `attempts`? (valid: ",
        ),
        (
            "retry/shop.again",
            json!({"mode": "observe"}),
            400,
            "`mode`: a retry has no mode `observe`: write `enforce` or `off`",
        ),
        (
            "retry/shop.again",
            json!({"max_delay": "1ms"}),
            400,
            "`max_delay` is shorter than `delay`, 100ms: write at least \"100ms\"",
        ),
        (
            "timeout/slow",
            json!({"after": 5}),
            400,
            "`after`: a duration has a unit: write \"5ms\" or \"5s\"",
        ),
        ("timeout/slow?for=5", json!({"after": "5s"}), 400, "`for`: "),
        (
            "timeout/slow?for=0s",
            json!({"after": "5s"}),
            400,
            "`for`: this duration must be longer than zero",
        ),
        ("timeout/slow", json!({}), 400, "the body names no option"),
        ("timeout/slow", json!([]), 400, "the body is not an object of options"),
        (
            "circuit_breaker/payment",
            json!({"open_for": "1s"}),
            404,
            "no circuit breaker is named `payment`; did you mean `payments` (",
        ),
        (
            "retry/payments",
            json!({"attempts": 1}),
            404,
            "`payments` is a circuit breaker, not a retry",
        ),
        (
            "retries/x",
            json!({"attempts": 1}),
            404,
            "unknown kind of policy `retries`; did you mean `retry`?",
        ),
        ("retry/shop.*", json!({"attempts": 1}), 404, "no retry is named `shop.*`"),
    ] {
        let answer = patch(path, options).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let told = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(told.starts_with(detail), "{told}");
    }
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(4));
    let two = patch("retry/shop.again", json!({"attempts": 0, "delay": "1x"})).await.json();
    assert_eq!(two["problems"].as_array().unwrap().len(), 2, "{two}");
    test.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_ends_by_itself_and_that_is_told() {
    let test = alone("expiry").await;
    let mut events = registry().events();
    let answer = patch(
        "circuit_breaker/payments?for=15m&reason=outage",
        json!({"open_for": "5s", "state": "forced-open"}),
    );
    let now =
        u64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let end = answer.await.json()["expires_at_ms"].as_u64().unwrap();
    assert!((now + 890_000..now + 960_000).contains(&end), "{end} {now}");
    patch("bulkhead/slots", json!({"max_concurrent": 9})).await;
    patch("timeout/slow?for=forever", json!({"after": "1s"})).await;
    let in_force =
        || (PAYMENTS.state(), SLOTS.config().clone() == BulkheadConfig::new().max_concurrent(9));
    sleep(Duration::from_secs(899)).await;
    assert_eq!(in_force(), (CircuitState::ForcedOpen, true));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(in_force(), (CircuitState::Closed, true), "each change has its own end");
    assert_eq!(config("payments").await["effective"]["open_for"], "1m");
    sleep(Duration::from_secs(3_600 - 900)).await;
    assert_eq!(in_force(), (CircuitState::Closed, false), "an hour unless it says otherwise");
    sleep(Duration::from_secs(3_600 * 2)).await;
    assert_eq!(config("slow").await["effective"]["after"], "1s");
    let mut told = Vec::new();
    while !told.iter().any(|(action, name)| (action, name) == (&"expire", &"slots")) {
        match events.next().await.unwrap() {
            Event::Administered { kind, policy, action, by, reason, .. } => {
                assert_eq!(&*by, "ada");
                if policy.as_str() == "payments" {
                    assert_eq!(
                        (kind, reason.as_deref()),
                        (PolicyKind::CircuitBreaker, Some("outage"))
                    );
                }
                told.push((action, policy.as_str()));
            }
            Event::Reconfigured { policy, changes, .. } => {
                let to_declared =
                    changes.iter().any(|change| change.contains("open_for: 5s → 60s (attribute"));
                told.push((if to_declared { "back" } else { "changed" }, policy.as_str()));
            }
            _ => {}
        }
    }
    let payments: Vec<_> =
        told.iter().filter(|(_, policy)| *policy == "payments").map(|(what, _)| *what).collect();
    assert_eq!(payments, ["reconfigure", "changed", "expire", "back"]);
    test.end().await;
}

#[test]
fn what_expired_while_no_runtime_looked_falls_back_at_the_next_look() {
    let paused = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let test = paused().block_on(async {
        let test = alone("no-runtime").await;
        patch("timeout/slow?for=1ms", json!({"after": "1s"})).await;
        test
    });
    paused().block_on(async {
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(config("slow").await["effective"]["after"], "30s");
        test.end().await;
    });
}

#[tokio::test]
async fn strangers_and_other_sites_pages_neither_see_nor_change() {
    let test = alone("strangers").await;
    let forged = [TOKEN, ("origin", "https://evil.example"), ("host", "shop.example")];
    for headers in [
        &[][..],
        &[("authorization", "Bearer guess")],
        &forged,
        &[TOKEN, ("sec-fetch-site", "cross-site")],
    ] {
        for method in [Method::GET, Method::PATCH, Method::DELETE] {
            for name in ["slow", "unheard-of"] {
                let path = if method == Method::GET {
                    "/resilience/config".to_owned()
                } else {
                    format!("/resilience/config/timeout/{name}")
                };
                let answer =
                    send(app(), method.clone(), &path, headers, "{\"after\": \"1s\"}").await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {headers:?}");
            }
        }
    }
    assert_eq!(config("slow").await["effective"]["after"], "30s");
    let without: Router = resilience::axum::router().show_details(true).into();
    let shown = send(without.clone(), Method::GET, "/resilience/config", &[], "").await;
    assert_eq!(shown.status, StatusCode::OK);
    let changed =
        send(without, Method::PATCH, "/resilience/config/timeout/slow", &[TOKEN], "{}").await;
    assert_eq!(changed.status, StatusCode::NOT_FOUND);
    test.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_is_short_and_arrives_in_time() {
    let test = alone("body").await;
    let long = json!({"after": "x".repeat(5_000)});
    assert_eq!(patch("timeout/slow", long).await.status, StatusCode::BAD_REQUEST);
    let never = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    let request = Request::patch("/resilience/config/timeout/slow")
        .header(TOKEN.0, TOKEN.1)
        .body(never)
        .unwrap();
    assert_eq!(app().oneshot(request).await.unwrap().status(), StatusCode::REQUEST_TIMEOUT);
    test.end().await;
}

#[tokio::test]
async fn names_that_no_path_can_hold_stand_in_the_query() {
    let test = alone("names").await;
    for name in [".", "..", "a/b \"ä\"*", "-"] {
        registry().insert(Bulkhead::new(name, BulkheadConfig::new().max_concurrent(1)));
    }
    for (path, name) in
        [("-?name=.", "."), ("-?name=..", ".."), ("a%2Fb%20%22%C3%A4%22*", "a/b \"ä\"*")]
    {
        let path = format!("bulkhead/{path}");
        let answer = patch(&path, json!({"max_concurrent": 3})).await;
        assert_eq!((answer.status, &answer.json()["name"]), (StatusCode::OK, &json!(name)));
        let is = |most: u32| {
            registry().bulkhead(name).unwrap().config()
                == &BulkheadConfig::new().max_concurrent(most)
        };
        assert!(is(3), "{name}");
        delete(&path).await;
        assert!(is(1), "{name}");
    }
    test.end().await;
}

#[tokio::test]
async fn everybody_sees_that_a_policy_is_not_as_its_attribute_says() {
    let test = alone("overridden").await;
    let overridden = || async {
        let snapshot = send(app(), Method::GET, "/resilience", &[], "").await.json();
        snapshot["overridden"].as_array().unwrap().clone()
    };
    assert_eq!(overridden().await, Vec::<Value>::new());
    patch("bulkhead/slots", json!({"mode": "observe", "max_concurrent": 3})).await;
    let slots = json!({"kind": "bulkhead", "name": "slots", "mode": "observe", "options": 2});
    assert_eq!(overridden().await, [slots]);
    patch("bulkhead/slots", json!({"mode": null})).await;
    let slots = json!({"kind": "bulkhead", "name": "slots", "mode": "enforce", "options": 1});
    assert_eq!(overridden().await, [slots]);
    test.end().await;
}

#[tokio::test]
async fn keys_never_show() {
    let test = alone("keys").await;
    let hosts = Keyed::<CircuitBreaker>::new("hosts", resilience::CircuitBreakerConfig::new());
    let hosts = registry().insert(hosts);
    hosts.get("s3cret-customer").force_open();
    patch("circuit_breaker/hosts", json!({"open_for": "5s"})).await;
    let all = send(app(), Method::GET, "/resilience/config", &[TOKEN], "").await;
    assert!(all.body.contains("\"hosts\"") && !all.body.contains("s3cret-customer"));
    assert_eq!(delete("circuit_breaker/hosts").await.status, StatusCode::OK);
    test.end().await;
}

#[tokio::test]
async fn an_observed_limit_rejects_no_call_and_an_enforced_one_does() {
    let test = alone("observe").await;
    patch("bulkhead/slots", json!({"mode": "observe"})).await;
    let held = [SLOTS.try_acquire(), SLOTS.try_acquire()];
    assert!(held.iter().all(Result::is_ok));
    drop(held);
    patch("bulkhead/slots", json!({"mode": "enforce"})).await;
    let held = [SLOTS.try_acquire(), SLOTS.try_acquire()];
    assert!(held[0].is_ok() && held[1].is_err());
    drop(held);
    test.end().await;
}

/// The first line of data on an event stream that mentions `what`.
async fn told(app: Router, headers: &[(&str, &str)], what: &str) -> Value {
    let mut request = Request::get("/resilience/events?policy=slow");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    patch("timeout/slow", json!({"after": "1s"})).await;
    patch("timeout/slow", json!({"after": null})).await;
    let mut stream = response.into_body().into_data_stream();
    loop {
        let text = String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
        let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
        for event in lines.map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            if event["event"] == what {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn a_stream_of_changes_leaves_calls_out() {
    let test = alone("changes").await;
    let request = Request::get("/resilience/events?changes=true").body(Body::empty()).unwrap();
    let mut stream = app().oneshot(request).await.unwrap().into_body().into_data_stream();
    let held = SLOTS.try_acquire();
    assert!(SLOTS.try_acquire().is_err());
    drop(held);
    patch("bulkhead/slots", json!({"mode": "off"})).await;
    let mut seen = String::new();
    while !seen.contains("reconfigured") {
        seen += std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap();
    }
    assert!(seen.contains("administered") && !seen.contains("bulkhead_full"), "{seen}");
    test.end().await;
}

#[tokio::test]
async fn strangers_learn_that_something_changed_and_not_what() {
    let test = alone("events").await;
    let event = told(app(), &[], "reconfigured").await;
    assert_eq!(
        (&event["policy"], &event["changes"], &event["source"]),
        (&json!("slow"), &Value::Null, &Value::Null)
    );
    let event = told(app(), &[TOKEN], "reconfigured").await;
    assert_eq!(event["changes"], json!(["slow.after: 30s → 1s (admin)"]));
    let event = told(app(), &[], "administered").await;
    assert_eq!((&event["kind"], &event["action"]), (&json!("timeout"), &json!("reconfigure")));
    test.end().await;
}

/// Waits for what a task does.
async fn until(is_done: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is_done() {
            return;
        }
        sleep(Duration::from_millis(1)).await;
    }
    panic!("it did not come to pass");
}

#[tokio::test]
async fn what_was_set_outlives_the_process_until_it_expires() {
    let test = alone("persist").await;
    let path = test.1.join("state.toml");
    let in_file = || fs::read_to_string(&path).unwrap_or_default();
    let unix_ms = |from_now: Duration| {
        let end = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap() + from_now;
        u64::try_from(end.as_millis()).unwrap()
    };
    let (later, past) = (unix_ms(Duration::from_secs(600)), unix_ms(Duration::ZERO) - 1_000);
    let earlier = format!(
        "[timeout.slow]\nafter = \"7s\"\n\"after.by\" = \"ada\"\n\"after.expires_at_ms\" = {later}\n\
         [bulkhead.slots]\nmax_concurrent = 5\n\"max_concurrent.by\" = \"ada\"\n\"max_concurrent.expires_at_ms\" = {past}\n\
         [circuit_breaker.payments]\nstate = \"forced-open\"\n"
    );
    fs::write(&path, earlier).unwrap();
    overrides::persist(&path).load().unwrap();
    let slow = config("slow").await;
    assert_eq!(
        (&slow["effective"]["after"], &slow["admin"][0]["by"]),
        (&json!("7s"), &json!("ada"))
    );
    let end = slow["admin"][0]["expires_at_ms"].as_u64().unwrap();
    assert!(end.abs_diff(later) < 1_000, "{end} {later}");
    assert_eq!(config("slots").await["effective"]["max_concurrent"], 1, "it has expired meanwhile");
    assert_eq!(PAYMENTS.state(), CircuitState::ForcedOpen);
    PAYMENTS.reset();
    patch("retry/shop.again?reason=say%20%22no%22", json!({"attempts": 2, "budget": 0.5})).await;
    until(|| in_file().contains("\"budget.reason\" = \"say \\\"no\\\"\"")).await;
    assert!(
        in_file().contains("[retry.\"shop.again\"]\nattempts = 2\n")
            && in_file().contains("after = \"7s\"")
    );
    delete("timeout/slow").await;
    until(|| !in_file().contains("slow")).await;
    patch("retry/other", json!({"attempts": 6})).await;
    until(|| in_file().contains("attempts = 6")).await;
    // The next process.
    let kept = in_file();
    for policy in ["shop.again", "other"] {
        delete(&format!("retry/{policy}")).await;
        until(|| !in_file().contains(policy)).await;
    }
    fs::write(&path, kept).unwrap();
    overrides::persist(&path).load().unwrap();
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2).budget(0.5));
    assert_eq!(OTHER.config(), &RetryConfig::new().attempts(6));
    patch("bulkhead/slots", json!({"max_concurrent": 5})).await;
    until(|| in_file().contains("slots")).await;
    registry().reset_overrides();
    until(|| !in_file().contains("slots") && !in_file().contains("again")).await;
    // The tasks of the others keep their file up to date.
    let wrong = test.1.join("wrong.toml");
    fs::write(&wrong, "[retry.\"shop.again\"]\nattempts = 0\n").unwrap();
    overrides::persist(&wrong).load().unwrap();
    assert!(!wrong.exists() && test.1.join("wrong.toml.broken").exists());
    test.end().await;
}
