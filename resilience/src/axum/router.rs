//! The routes.

use ::axum::extract::Path;
use ::axum::http::{StatusCode, header};
use ::axum::response::{IntoResponse, Response};
use ::axum::routing::get;
use ::axum::{Json, Router};
use serde::Serialize;

use super::problem::problem;
use crate::health::{Report, Status};
use crate::{CircuitBreakerSnapshot, HealthCheck, registry};

/// The routes to look in by, ready to be merged into an application: it is `Into<axum::Router>`.
#[must_use = "merge it into a router"]
#[derive(Debug)]
pub struct Resilience(());

/// `GET /health`, `GET /resilience`, `GET /resilience/circuit-breakers` and
/// `GET /resilience/circuit-breakers/{name}`.
///
/// `/health` answers 200 while the service is up or degraded, and 503 only when a *critical* breaker is open.
pub fn router() -> Resilience {
    registry().health_checks().for_each(HealthCheck::watch);
    Resilience(())
}

impl<S: Clone + Send + Sync + 'static> From<Resilience> for Router<S> {
    fn from(Resilience(()): Resilience) -> Self {
        Self::new()
            .route("/health", get(health))
            .route("/resilience", get(snapshot))
            .route("/resilience/circuit-breakers", get(circuit_breakers))
            .route("/resilience/circuit-breakers/{name}", get(circuit_breaker))
    }
}

async fn health() -> Response {
    let report = Report::of(registry()).await;
    let status = match report.status {
        Status::Up | Status::Degraded => StatusCode::OK,
        Status::Down => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, fresh(&report)).into_response()
}

async fn snapshot() -> Response {
    fresh(&registry().snapshot())
}

async fn circuit_breakers() -> Response {
    fresh(&registry().circuit_breakers().map(CircuitBreakerSnapshot::of).collect::<Vec<_>>())
}

async fn circuit_breaker(Path(name): Path<String>) -> Response {
    match registry().circuit_breaker(&name) {
        Some(breaker) => fresh(&CircuitBreakerSnapshot::of(breaker)),
        None => unknown(&name),
    }
}

fn unknown(name: &str) -> Response {
    let detail = format!("no circuit breaker is named `{name}`: GET /resilience/circuit-breakers lists them");
    problem(StatusCode::NOT_FOUND, detail, ())
}

/// State is out of date the moment it is sent.
fn fresh(body: &impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
