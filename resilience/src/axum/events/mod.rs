//! `GET /resilience/events`: what happens, as server-sent events.
//!
//! [`hub`] the one listener, however many readers · [`ring`] the last events, by number · [`frame`] an event as text ·
//! [`reader`] one client's way through the ring · [`request`] what it asked for.

mod frame;
mod hub;
mod reader;
mod request;
mod ring;
mod until;

use ::axum::body::Body;
use ::axum::http::{HeaderValue, Request, header};
use ::axum::response::{IntoResponse, Response};

pub(super) use self::until::Until;
use self::{reader::Reader, request::Wish};
use super::respond::bad_request;

pub(super) fn stream(until: Until, request: &Request<Body>) -> Response {
    let wish = match Wish::of(request) {
        Ok(wish) => wish,
        Err(problem) => return bad_request(problem),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        // nginx would keep events back until a page of them is full.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(Reader::new(hub::join(), wish, until))).into_response()
}
