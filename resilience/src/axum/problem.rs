//! Errors over HTTP: `application/problem+json`, as RFC 9457 has it.

use ::axum::http::{StatusCode, header};
use ::axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A problem, with extra members that say more.
#[derive(Serialize)]
pub(super) struct Problem<T> {
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(flatten)]
    more: T,
}

/// The response for one problem.
pub(super) fn problem(status: StatusCode, detail: String, more: impl Serialize) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let problem = Problem { title, status: status.as_u16(), detail, more };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}
