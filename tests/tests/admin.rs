//! Changing breakers over HTTP: who may, what happens, what is told.

mod http;

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use futures_util::{FutureExt, StreamExt};
use http::{Answer, send};
use resilience::observe::Events;
use resilience::{
    CircuitBreaker, CircuitBreakerConfig, CircuitState, Event, Keyed, registry, shared,
};
use tower::ServiceExt;

const TOKEN: (&str, &str) = ("authorization", "Bearer s3cret");

fn breaker(name: &'static str) -> &'static CircuitBreaker {
    registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new()))
}

fn app() -> Router {
    resilience::axum::router().admin(resilience::axum::bearer("s3cret")).into()
}

async fn post(app: Router, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    send(app, Method::POST, &format!("/resilience/circuit-breakers/{path}"), headers, body).await
}

#[tokio::test]
async fn the_routes_exist_only_when_they_were_asked_for() {
    let breaker = breaker("asked");
    let without: Router = resilience::axum::router().into();
    assert_eq!(post(without, "asked/force-open", &[TOKEN], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test]
async fn each_action_does_what_it_says() {
    let breaker = breaker("acted on");
    for (action, state) in [
        ("force-open", CircuitState::ForcedOpen),
        ("force-close", CircuitState::ForcedClosed),
        ("reset", CircuitState::Closed),
    ] {
        let answer = post(app(), &format!("acted%20on/{action}"), &[TOKEN], "").await;
        assert_eq!((answer.status, breaker.state()), (StatusCode::OK, state));
        assert_eq!(answer.json()["state"], state.as_str());
    }
}

#[tokio::test(start_paused = true)]
async fn an_action_may_be_meant_for_the_whole_fleet() {
    let store = shared::Memory::new();
    shared::connect(store.clone());
    let config = CircuitBreakerConfig::new().shared(0.5);
    let breaker = registry().insert(CircuitBreaker::new("everywhere", config));
    for (action, state) in [
        ("force-open", CircuitState::ForcedOpen),
        ("force-close", CircuitState::ForcedClosed),
        ("reset", CircuitState::Closed),
    ] {
        let path = format!("everywhere/{action}?scope=fleet");
        assert_eq!(post(app(), &path, &[TOKEN], "").await.status, StatusCode::OK);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(breaker.state(), state);
    }
    assert_eq!(
        post(app(), "everywhere/reset?scope=fleet", &[], "").await.status,
        StatusCode::FORBIDDEN
    );
    let alone = self::breaker("not shared");
    let answer = post(app(), "not%20shared/force-open?scope=fleet", &[TOKEN], "").await;
    assert_eq!((answer.status, alone.state()), (StatusCode::CONFLICT, CircuitState::Closed));
    let events = registry().events();
    store.fail(true);
    let answer = post(app(), "everywhere/force-open?scope=fleet", &[TOKEN], "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    store.fail(false);
    assert_eq!(told_of("everywhere", events), 0, "nothing was done");
    let events = registry().events();
    let answer = post(app(), "everywhere/reset?scope=%66leet", &[TOKEN], "").await;
    assert_eq!((answer.status, told_of("everywhere", events)), (StatusCode::OK, 1));
}

/// How many changes by hand of that policy are told by now.
fn told_of(policy: &str, mut events: Events) -> usize {
    let all = std::iter::from_fn(|| events.next().now_or_never().flatten());
    all.filter(|event| matches!(event, Event::Administered { policy: it, .. } if *it == policy))
        .count()
}

#[tokio::test]
async fn an_action_that_is_not_for_the_fleet_is_not_done_here_instead() {
    let breaker = breaker("here");
    let config = CircuitBreakerConfig::new();
    let keyed = registry().insert(Keyed::<CircuitBreaker>::new("here by key", config));
    let key = keyed.get("db-7");
    for (path, detail) in [
        ("here/force-open?scope=Fleet", "unknown `scope`: write `fleet`"),
        ("here/force-open?scope=", "unknown `scope`: write `fleet`"),
        ("here/force-open?scope=fleet&scope=fleet", "duplicate field"),
        ("here%20by%20key/keys/db-7/force-open?scope=fleet", "one key's circuit breaker is not"),
    ] {
        let answer = post(app(), path, &[TOKEN], "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let told = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(told.contains(detail), "{told}");
    }
    assert_eq!((breaker.state(), key.state()), (CircuitState::Closed, CircuitState::Closed));
}

#[tokio::test]
async fn an_unknown_name_is_not_found_and_not_created() {
    assert_eq!(post(app(), "unheard-of/reset", &[TOKEN], "").await.status, StatusCode::NOT_FOUND);
    assert!(registry().circuit_breaker("unheard-of").is_none());
}

#[tokio::test]
async fn only_those_who_may_and_never_another_sites_page() {
    let breaker = breaker("protected");
    let anybody = || Router::from(resilience::axum::router().admin(|_| true));
    let (stranger, wrong) = ([], [("authorization", "Bearer s3cre")]);
    let cross = [TOKEN, ("sec-fetch-site", "cross-site")];
    let other_origin = [("origin", "https://elsewhere.example"), ("host", "shop.example")];
    for (app, headers) in [
        (app(), &stranger[..]),
        (app(), &wrong),
        (app(), &cross),
        (anybody(), &[("sec-fetch-site", "same-site")]),
        (anybody(), &other_origin),
        (anybody(), &[("origin", "null"), ("host", "shop.example")]),
        // No certificate proves that the name is ours, and nobody had to prove who asks: DNS rebinding.
        (anybody(), &[("origin", "http://evil.example"), ("host", "evil.example")]),
    ] {
        let answer = post(app, "protected/force-open", headers, "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    assert_eq!(breaker.state(), CircuitState::Closed);
    for headers in [
        &[][..],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://behind-a-proxy.example")],
        &[("origin", "https://shop.example:8443"), ("host", "shop.example:8443")],
        &[("origin", "http://localhost:8080"), ("host", "localhost:8080")],
        &[("origin", "http://[::1]:8080"), ("host", "[::1]:8080")],
    ] {
        let answer = post(anybody(), "protected/force-open", headers, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{headers:?}");
    }
}

#[tokio::test]
async fn who_may_not_act_does_not_learn_names() {
    breaker("secret");
    let answers =
        [post(app(), "secret/reset", &[], "").await, post(app(), "other/reset", &[], "").await];
    assert_eq!(answers[0].status, answers[1].status);
    assert_eq!(answers[0].body, answers[1].body);
}

#[tokio::test]
async fn each_action_is_an_event_with_who_and_why() {
    breaker("watched");
    let mut events =
        registry().events().filter(|event| std::future::ready(event.policy() == Some("watched")));
    let headers = [TOKEN, ("x-forwarded-user", "ada")];
    post(app(), "watched/force-open", &headers, r#"{"reason": "maintenance"}"#).await;
    post(app(), "watched/reset?reason=done", &[TOKEN], "").await;
    let mut told = Vec::new();
    while told.len() < 2 {
        if let Event::Administered { action, by, reason, .. } = events.next().await.unwrap() {
            told.push((action, by.to_string(), reason.unwrap().to_string()));
        }
    }
    let expected = [("force_open", "ada", "maintenance"), ("reset", "admin", "done")];
    assert_eq!(told, expected.map(|(action, by, why)| (action, by.to_owned(), why.to_owned())));
}

#[tokio::test]
async fn a_reason_that_cannot_be_read_is_told_and_nothing_happens() {
    let breaker = breaker("unreasoned");
    for body in ["no json", "[]", "[null]", "[\"drill\"]", &"x".repeat(5_000)] {
        let answer = post(app(), "unreasoned/force-open", &[TOKEN], body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test]
async fn one_key_is_changed_and_the_others_are_not() {
    let hosts = Keyed::<CircuitBreaker>::new("keyed hosts", CircuitBreakerConfig::new());
    let hosts = registry().insert(hosts);
    let (key, other) = ("a/b \"ä\"\n", "other");
    hosts.get(key);
    hosts.get(other);
    let path = |action: &str| format!("keyed%20hosts/keys/a%2Fb%20%22%C3%A4%22%0A/{action}");
    for (action, state) in [
        ("force-open", CircuitState::ForcedOpen),
        ("force-close", CircuitState::ForcedClosed),
        ("reset", CircuitState::Closed),
    ] {
        assert_eq!(post(app(), &path(action), &[], "").await.status, StatusCode::FORBIDDEN);
        let answer = post(app(), &path(action), &[TOKEN], "").await;
        assert_eq!((answer.status, hosts.get(key).state()), (StatusCode::OK, state));
        assert_eq!(
            (answer.json()["state"].as_str(), hosts.get(other).state()),
            (Some(state.as_str()), CircuitState::Closed)
        );
    }
    let unknown = post(app(), "keyed%20hosts/keys/c/reset", &[TOKEN], "").await;
    assert_eq!((unknown.status, hosts.len()), (StatusCode::NOT_FOUND, 2), "it creates none");
}

#[tokio::test]
async fn strangers_see_no_keys_and_learn_none_by_guessing() {
    let users = Keyed::<CircuitBreaker>::new("keyed users", CircuitBreakerConfig::new());
    let users = registry().insert(users);
    users.get("ada@example.com").force_open();
    let long = "x".repeat(100);
    users.get(&*long).force_open();
    let see = async |path: &str, headers: &[(&str, &str)]| {
        let path = format!("/resilience{path}");
        send(app(), Method::GET, &path, headers, "").await
    };
    for path in ["", "/circuit-breakers/keyed%20users", "/circuit-breakers/keyed%20users/keys"] {
        assert!(!see(path, &[]).await.body.contains("ada@"), "{path}");
        let shown = see(path, &[TOKEN]).await.body;
        assert!(shown.contains("ada@example.com"), "{path}: {shown}");
        assert!(shown.contains(&long[..64]) && !shown.contains(&long[..65]), "{path}: {shown}");
    }
    for key in ["ada@example.com", "eve@example.com"] {
        let path = format!("/circuit-breakers/keyed%20users/keys/{key}");
        assert_eq!(see(&path, &[]).await.status, StatusCode::FORBIDDEN);
    }
    let shown = see("/circuit-breakers/keyed%20users/keys/ada@example.com", &[TOKEN]).await;
    assert_eq!(shown.json()["state"], "forced-open");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let breaker = breaker("patient");
    let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>());
    let request = Request::post("/resilience/circuit-breakers/patient/force-open");
    let request = request.header(TOKEN.0, TOKEN.1).body(body).unwrap();
    let response = app().oneshot(request).await.unwrap();
    assert_eq!(
        (response.status(), breaker.state()),
        (StatusCode::REQUEST_TIMEOUT, CircuitState::Closed)
    );
}

#[tokio::test]
async fn an_authorizer_that_panics_admits_nobody() {
    let breaker = breaker("careless");
    let app = || Router::from(resilience::axum::router().admin(|_| panic!("a bug")));
    assert_eq!(post(app(), "careless/force-open", &[], "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(app(), Method::GET, "/health", &[], "").await.status, StatusCode::OK);
    assert_eq!(breaker.state(), CircuitState::Closed);
}
