//! What all answers have in common: never cached, never guessed at, JSON or a problem.

use ::axum::Json;
use ::axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use ::axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::problem;

/// State is out of date the moment it is sent.
pub(super) fn fresh(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(super) fn json(body: &impl Serialize) -> Response {
    Json(body).into_response()
}

pub(super) fn bad_request(detail: String) -> Response {
    problem(StatusCode::BAD_REQUEST, detail, ())
}

pub(super) fn unknown_breaker(name: &str) -> Response {
    let detail = format!(
        "no circuit breaker is named `{name}`: GET /resilience/circuit-breakers lists them"
    );
    problem(StatusCode::NOT_FOUND, detail, ())
}

pub(super) fn unknown_key(name: &str, key: &str) -> Response {
    let detail = format!("circuit breaker `{name}` has no key `{key}`");
    problem(StatusCode::NOT_FOUND, detail, ())
}

pub(super) fn unauthorized(why: &str) -> Response {
    problem(StatusCode::FORBIDDEN, why.to_owned(), ())
}

pub(super) async fn unknown_route(uri: Uri) -> Response {
    let detail = format!(
        "there is nothing at `{}`: /resilience/openapi.json lists what there is",
        uri.path()
    );
    problem(StatusCode::NOT_FOUND, detail, ())
}

pub(super) async fn wrong_method(method: Method, uri: Uri) -> Response {
    problem(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("`{}` doesn't answer to {method}", uri.path()),
        (),
    )
}
