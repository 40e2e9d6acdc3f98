//! Policies around axum's handlers and routes: a rejection is the response.

mod http;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get as on_get, post};
use http::{get, send};
use resilience::{
    Bulkhead, CircuitBreaker, Hedge, Pipeline, RateLimiter, Retry, Timeout, bulkhead,
    circuit_breaker, hedge, rate_limit, resilient, retry, timeout,
};

/// What a handler answers twice, and how it is guarded.
macro_rules! answers {
    ($test:ident, $handler:ident, $first:literal, $second:literal) => {
        #[tokio::test(start_paused = true)]
        async fn $test() {
            let app = Router::new().route("/", on_get($handler));
            let first = get(app.clone(), "/").await;
            let second = get(app, "/").await;
            assert_eq!([first.status.as_u16(), second.status.as_u16()], [$first, $second]);
            for rejected in
                [first, second].iter().filter(|answer| matches!(answer.status.as_u16(), 429 | 504))
            {
                assert_eq!(rejected.header("content-type"), Some("application/problem+json"));
            }
        }
    };
}

#[timeout("10ms")]
async fn hangs() -> Response {
    std::future::pending().await
}

#[timeout("10ms")]
async fn hangs_opaquely() -> impl IntoResponse {
    tokio::time::sleep(Duration::from_secs(1)).await;
    (StatusCode::OK, "late")
}

#[rate_limit("1/h")]
async fn limited() -> Response {
    "in time".into_response()
}

#[rate_limit("1/h")]
async fn limited_opaquely() -> impl IntoResponse {
    "in time"
}

fn is_error(response: &Response) -> bool {
    response.status().is_server_error()
}

#[circuit_breaker(consecutive_failures = 1, when_ok = is_error)]
async fn broken() -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[circuit_breaker(consecutive_failures = 1, when_ok = |status: &StatusCode| status.is_server_error())]
async fn broken_opaquely() -> impl IntoResponse {
    if "early".len() == 5 {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    StatusCode::OK
}

static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

#[retry(attempts = 3, when_ok = is_error)]
async fn recovers() -> Response {
    match ATTEMPTS.fetch_add(1, Relaxed) {
        0 | 1 => StatusCode::BAD_GATEWAY.into_response(),
        _ => "well".into_response(),
    }
}

#[bulkhead(max_concurrent = 1)]
#[hedge(after = "10ms")]
async fn hedged() -> impl IntoResponse {
    "hedged"
}

#[resilient]
async fn resilient_handler() -> impl IntoResponse + Send {
    "well"
}

#[resilient(retry)]
async fn resilient_response() -> Response {
    "well".into_response()
}

answers!(a_timeout_answers_504, hangs, 504, 504);
answers!(a_timeout_answers_504_for_any_response, hangs_opaquely, 504, 504);
answers!(a_rate_limit_answers_429, limited, 200, 429);
answers!(a_rate_limit_answers_429_for_any_response, limited_opaquely, 200, 429);
answers!(a_breaker_judges_responses, broken, 500, 503);
answers!(a_breaker_judges_any_response, broken_opaquely, 500, 503);
answers!(a_retry_judges_responses, recovers, 200, 200);
answers!(a_bulkhead_and_a_hedge_let_pass, hedged, 200, 200);
answers!(a_pipeline_lets_any_response_pass, resilient_handler, 200, 200);
answers!(a_pipeline_lets_responses_pass, resilient_response, 200, 200);

#[rate_limit("1/h")]
static API: RateLimiter;

#[tokio::test(start_paused = true)]
async fn a_layer_turns_rejections_into_responses() {
    let app =
        Router::new().route("/", on_get(|| async { "shop" })).layer(resilience::axum::layer(&API));
    assert_eq!(get(app.clone(), "/").await.body, "shop");
    let rejected = get(app, "/").await;
    assert_eq!(rejected.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(rejected.header("retry-after"), Some("3600"));
}

#[circuit_breaker(consecutive_failures = 2)]
static BREAKER: CircuitBreaker;
#[timeout("1s")]
static LIMIT: Timeout;
#[bulkhead]
static POOL: Bulkhead;
#[retry(attempts = 3)]
static AGAIN: Retry;
#[hedge(after = "1s")]
static HEDGE: Hedge;
#[resilient(retry)]
static WHOLE: Pipeline;

#[tokio::test(start_paused = true)]
async fn every_policy_is_a_layer_and_a_body_is_there_for_each_attempt() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let echo = async |body: String| {
        let status = match CALLS.fetch_add(1, Relaxed) {
            0 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        };
        (status, body)
    };
    let app = Router::new()
        .route("/", post(echo))
        .layer(resilience::axum::layer(&BREAKER))
        .layer(resilience::axum::layer(&LIMIT))
        .layer(resilience::axum::layer(&POOL))
        .layer(resilience::axum::layer(&AGAIN))
        .layer(resilience::axum::layer(&HEDGE))
        .route_layer(resilience::axum::layer(&WHOLE));
    let answer = send(app, Method::POST, "/", &[], "twice").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "twice"));
    assert_eq!(CALLS.load(Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_layers_breaker_judges_by_status() {
    #[circuit_breaker(consecutive_failures = 1)]
    static JUDGE: CircuitBreaker;
    let app = Router::new()
        .route("/", on_get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .layer(resilience::axum::layer(&JUDGE));
    assert_eq!(get(app.clone(), "/").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let rejected = get(app, "/").await;
    assert_eq!(rejected.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(rejected.header("retry-after"), Some("60"));
}
