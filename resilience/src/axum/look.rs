//! Health, and the state of every policy.

use ::axum::extract::Path;
use ::axum::extract::rejection::PathRejection;
use ::axum::http::{StatusCode, header};
use ::axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::pieces;
use super::respond::{json, unknown_breaker};
use crate::circuit_breaker::CircuitBreaker;
use crate::health::{Report, Status};
use crate::registry::array;
use crate::registry::registry;
use crate::registry::snapshot::Snapshot;

/// By name, so that a prefix with parameters of its own doesn't get in the way.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

/// A name that isn't UTF-8 is nobody's.
pub(super) type MaybeNamed = Result<Path<Named>, PathRejection>;

#[derive(Serialize)]
struct Brief {
    status: Status,
}

pub(super) async fn health() -> Response {
    let report = Report::of(registry()).await;
    (code(report.status), json(&report)).into_response()
}

/// For the page: browsers log every answer that is an error.
pub(super) async fn report() -> Response {
    json(&Report::of(registry()).await)
}

/// The process answers: that is all that a restart could change.
pub(super) async fn live() -> Response {
    json(&Brief { status: Status::Up })
}

pub(super) async fn ready() -> Response {
    let status = Report::of(registry()).await.status;
    (code(status), json(&Brief { status })).into_response()
}

fn code(status: Status) -> StatusCode {
    match status {
        Status::Up | Status::Degraded => StatusCode::OK,
        Status::Down => StatusCode::SERVICE_UNAVAILABLE,
    }
}

pub(super) async fn snapshot() -> Response {
    json_of(Snapshot::chunks())
}

pub(super) async fn circuit_breakers() -> Response {
    json_of(array(registry().circuit_breakers(), CircuitBreaker::snapshot))
}

pub(super) async fn circuit_breaker(path: MaybeNamed) -> Response {
    let name = path.map(|Path(named)| named.name).unwrap_or_default();
    match registry().circuit_breaker(&name) {
        Some(breaker) => json(&breaker.snapshot()),
        None => unknown_breaker(&name),
    }
}

fn json_of(parts: impl Iterator<Item = Vec<u8>> + Send + Unpin + 'static) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], pieces::body(parts)).into_response()
}
