//! Health, and the state of every policy.

use ::axum::extract::Path;
use ::axum::extract::rejection::PathRejection;
use ::axum::http::StatusCode;
use ::axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::respond::{json, unknown_breaker};
use crate::health::{Report, Status};
use crate::{CircuitBreakerSnapshot, registry};

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
    json(&registry().snapshot())
}

pub(super) async fn circuit_breakers() -> Response {
    json(&registry().circuit_breakers().map(CircuitBreakerSnapshot::of).collect::<Vec<_>>())
}

pub(super) async fn circuit_breaker(path: MaybeNamed) -> Response {
    let name = path.map(|Path(named)| named.name).unwrap_or_default();
    match registry().circuit_breaker(&name) {
        Some(breaker) => json(&CircuitBreakerSnapshot::of(breaker)),
        None => unknown_breaker(&name),
    }
}
