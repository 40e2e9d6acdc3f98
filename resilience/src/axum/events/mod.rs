//! `GET /resilience/events`: what happens, as server-sent events.
//!
//! [`hub`] the one listener, however many readers · [`ring`] the last events, by number · [`frame`] an event as text ·
//! [`reader`] one client's way through the ring · [`filter`] what it asked for · [`streams`] how many there may be.

mod filter;
mod frame;
mod hub;
mod reader;
mod ring;
mod streams;

use std::sync::Arc;

use ::axum::body::Body;
use ::axum::extract::{Request, State};
use ::axum::http::{HeaderValue, StatusCode, header};
use ::axum::response::{IntoResponse, Response};

use self::filter::EventFilter;
use self::reader::Reader;
pub(super) use self::streams::Streams;
use super::problem::problem;
use super::respond::bad_request;
use super::shared::Shared;

/// When a client that got no stream may ask again, in seconds.
const RETRY_AFTER: u16 = 5;

pub(super) async fn stream(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let filter = match EventFilter::of(&request) {
        Ok(filter) => filter,
        Err(problem) => return bad_request(problem),
    };
    let Some(permit) = shared.streams.permit() else { return too_many() };
    let audience = shared.access.audience(request.headers());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        // nginx would keep events back until a page of them is full.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let reader = Reader::new(hub::join(), filter, audience, shared.shutdown.clone(), permit);
    (headers, Body::from_stream(reader)).into_response()
}

fn too_many() -> Response {
    let detail = "there are as many event streams as there may be".to_owned();
    let response = problem(StatusCode::SERVICE_UNAVAILABLE, detail, ());
    ([(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER))], response).into_response()
}
