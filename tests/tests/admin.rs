//! Changing breakers over HTTP: who may, what happens, what is told.

mod http;

use axum::Router;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt;
use http::{Answer, send};
use resilience::{CircuitBreaker, CircuitBreakerConfig, CircuitState, Event, registry};

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

#[tokio::test]
async fn an_unknown_name_is_not_found_and_not_created() {
    assert_eq!(post(app(), "unheard-of/reset", &[TOKEN], "").await.status, StatusCode::NOT_FOUND);
    assert!(registry().circuit_breaker("unheard-of").is_none());
}

#[tokio::test]
async fn only_who_may_and_never_another_sites_page() {
    let breaker = breaker("protected");
    let anybody = || Router::from(resilience::axum::router().admin(|_| true));
    let (nobody, wrong) = ([], [("authorization", "Bearer s3cre")]);
    let cross = [TOKEN, ("sec-fetch-site", "cross-site")];
    let other_origin = [("origin", "https://elsewhere.example"), ("host", "shop.example")];
    for (app, headers) in [
        (app(), &nobody[..]),
        (app(), &wrong),
        (app(), &cross),
        (anybody(), &[("sec-fetch-site", "same-site")]),
        (anybody(), &other_origin),
        (anybody(), &[("origin", "null"), ("host", "shop.example")]),
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
