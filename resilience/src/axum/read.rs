//! Health, and the state of every policy.

use std::sync::Arc;

use ::axum::extract::State;
use ::axum::http::{HeaderMap, StatusCode};
use ::axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::task::yield_now;

use super::chunks;
use super::json::array;
use super::report::{Report, Status};
use super::respond::{json, unauthorized, unknown_breaker, unknown_key};
use super::shared::Shared;
use super::snapshot::{self, Shown};
use super::target::Target;
use crate::circuit_breaker::CircuitBreaker;
use crate::keyed::Keyed;
use crate::registry::registry;

type SharedState = State<Arc<Shared>>;

#[derive(Serialize)]
struct Brief {
    status: Status,
}

pub(super) async fn health(State(shared): SharedState, headers: HeaderMap) -> Response {
    let report = read_report(&shared, &headers).await;
    (code(report.status), chunks::json(report.into_parts())).into_response()
}

/// For the page: browsers log every answer that is an error.
pub(super) async fn report(State(shared): SharedState, headers: HeaderMap) -> Response {
    chunks::json(read_report(&shared, &headers).await.into_parts())
}

async fn read_report(shared: &Shared, headers: &HeaderMap) -> Report {
    Report::of(registry(), &shared.checks, shared.access.audience(headers)).await
}

/// The process answers: that is all that a restart could change.
pub(super) async fn live() -> Response {
    json(&Brief { status: Status::Up })
}

pub(super) async fn ready(State(shared): SharedState, headers: HeaderMap) -> Response {
    let status = read_report(&shared, &headers).await.status;
    (code(status), json(&Brief { status })).into_response()
}

fn code(status: Status) -> StatusCode {
    match status {
        Status::Up | Status::Degraded => StatusCode::OK,
        Status::Down => StatusCode::SERVICE_UNAVAILABLE,
    }
}

pub(super) async fn snapshot(State(shared): SharedState, headers: HeaderMap) -> Response {
    chunks::json(snapshot::whole(shared.access.audience(&headers)))
}

/// One query asks for one breaker, too: see [`Target`].
pub(super) async fn circuit_breakers(State(shared): SharedState, headers: HeaderMap) -> Response {
    let audience = shared.access.audience(&headers);
    chunks::json(array(registry().circuit_breakers(), move |breaker| breaker.shown(audience)))
}

pub(super) async fn circuit_breaker(
    State(shared): SharedState,
    headers: HeaderMap,
    target: Result<Target, Response>,
) -> Response {
    let audience = shared.access.audience(&headers);
    let name = match target {
        Ok(target) => target.name,
        Err(response) => return response,
    };
    if let Some(breaker) = registry().circuit_breaker(&name) {
        return json(&breaker.snapshot());
    }
    match registry().keyed_circuit_breaker(&name) {
        Some(breakers) => chunks::json(Box::new(breakers.shown(audience))),
        None => unknown_breaker(&name),
    }
}

pub(super) async fn keys(
    State(shared): SharedState,
    headers: HeaderMap,
    target: Result<Target, Response>,
) -> Response {
    let name = match target {
        Ok(target) => target.name,
        Err(response) => return response,
    };
    match registry().keyed_circuit_breaker(&name) {
        Some(breakers) => chunks::json(snapshot::keys(breakers, shared.access.audience(&headers))),
        None => unknown_breaker(&name),
    }
}

/// Guessing finds no keys: this one needs authorization.
pub(super) async fn key(
    State(shared): SharedState,
    headers: HeaderMap,
    target: Result<Target, Response>,
) -> Response {
    if !shared.access.audience(&headers).sees_details() {
        return unauthorized("single keys are shown to authorized requests only");
    }
    let Target { name, key } = match target {
        Ok(target) => target,
        Err(response) => return response,
    };
    let Some(breakers) = registry().keyed_circuit_breaker(&name) else {
        return unknown_breaker(&name);
    };
    match with_key(breakers, &key, |breaker| json(&breaker.snapshot())).await {
        Some(response) => response,
        None => unknown_key(&name, &key),
    }
}

/// What `see` makes of the breaker of the key with that text, if there is one. Other tasks have their turn meanwhile.
pub(super) async fn with_key<O>(
    breakers: &'static Keyed<CircuitBreaker>,
    text: &str,
    see: impl Fn(&CircuitBreaker) -> O,
) -> Option<O> {
    let mut pages = breakers.pages();
    loop {
        let mut seen = None;
        let more = pages.next(|key, breaker| {
            if key == text {
                seen = Some(see(breaker));
            }
        });
        if seen.is_some() || !more {
            return seen;
        }
        yield_now().await;
    }
}
