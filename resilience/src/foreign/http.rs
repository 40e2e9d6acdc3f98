//! HTTP: statuses, responses, and `Retry-After` in both its forms. A gRPC response says in a header what it means.

use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, Response, StatusCode, header};

use crate::class::{Class, Classify};
use crate::rejection::{Rejection, RejectionKind};

impl Classify for StatusCode {
    /// 408, 425, 429 and 5xx are transient, but 501 is permanent; everything else is an answer.
    fn class(&self) -> Class {
        match self.as_u16() {
            501 => Class::Permanent,
            408 | 425 | 429 | 500.. => Class::Transient,
            _ => Class::Expected,
        }
    }
}

impl<B> Classify for Response<B> {
    /// By `grpc-status` where there is one, else by the status.
    fn class(&self) -> Class {
        match grpc_status(self.headers()) {
            Some(code) => grpc_class(code),
            None => self.status().class(),
        }
    }

    /// `Retry-After`, or gRPC's `grpc-retry-pushback-ms`.
    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers()).or_else(|| pushback(self.headers()))
    }
}

impl From<Rejection> for StatusCode {
    /// 503 (circuit open, bulkhead full), 429 (rate limited) or 504 (timed out, deadline exceeded).
    fn from(rejection: Rejection) -> Self {
        match rejection.kind() {
            RejectionKind::RateLimited => Self::TOO_MANY_REQUESTS,
            RejectionKind::TimedOut | RejectionKind::DeadlineExceeded => Self::GATEWAY_TIMEOUT,
            _ => Self::SERVICE_UNAVAILABLE,
        }
    }
}

/// `Retry-After`: seconds, or a date.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(until(httpdate::parse_http_date(text).ok()?)),
    }
}

fn pushback(headers: &HeaderMap) -> Option<Duration> {
    let millis = headers.get("grpc-retry-pushback-ms")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_millis(millis))
}

/// A date that has passed asks for no wait.
fn until(date: SystemTime) -> Duration {
    date.duration_since(SystemTime::now()).unwrap_or_default()
}

/// What a response of gRPC's, or its trailers, say.
#[cfg(feature = "tower")]
pub(crate) fn grpc_status_class(headers: &HeaderMap) -> Option<Class> {
    grpc_status(headers).map(grpc_class)
}

/// Whether its status comes with the trailers.
#[cfg(feature = "tower")]
pub(crate) fn awaits_grpc_status(headers: &HeaderMap) -> bool {
    is_grpc(headers) && !headers.contains_key("grpc-status")
}

/// Whether a request or a response is one of gRPC's.
#[cfg(feature = "tower")]
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

fn grpc_status(headers: &HeaderMap) -> Option<i32> {
    headers.get("grpc-status")?.to_str().ok()?.parse().ok()
}

/// What a gRPC status means, by its number.
pub(super) fn grpc_class(code: i32) -> Class {
    match code {
        // DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE
        4 | 8 | 10 | 14 => Class::Transient,
        // UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS
        2 | 12 | 13 | 15 => Class::Permanent,
        _ => Class::Expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    fn response(status: u16, name: &str, value: &str) -> Response<()> {
        Response::builder().status(status).header(name, value).body(()).unwrap()
    }

    #[test]
    fn statuses_are_classified() {
        let class = |status| StatusCode::from_u16(status).unwrap().class();
        for transient in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(class(transient), Class::Transient, "{transient}");
        }
        assert_eq!(class(501), Class::Permanent);
        for expected in [100, 200, 204, 301, 400, 401, 404, 409, 418, 499] {
            assert_eq!(class(expected), Class::Expected, "{expected}");
        }
    }

    #[test]
    fn retry_after_has_two_forms() {
        let seconds = response(503, "retry-after", "120");
        assert_eq!(seconds.class(), Class::Transient);
        assert_eq!(seconds.retry_after(), Some(Duration::from_secs(120)));
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        let wait = response(503, "retry-after", &date).retry_after().unwrap();
        assert!((98..=100).contains(&wait.as_secs()), "{wait:?}");
        let past = response(503, "retry-after", "Sun, 06 Nov 1994 08:49:37 GMT").retry_after();
        assert_eq!(past, Some(Duration::ZERO));
        assert_eq!(response(503, "retry-after", "soon").retry_after(), None);
        assert_eq!(response(503, "x", "y").retry_after(), None);
        let pushed_back = response(200, "grpc-retry-pushback-ms", "250").retry_after();
        assert_eq!(pushed_back, Some(Duration::from_millis(250)));
    }

    #[test]
    fn a_grpc_response_is_classified_by_its_own_status() {
        assert_eq!(response(200, "grpc-status", "14").class(), Class::Transient);
        assert_eq!(response(200, "grpc-status", "13").class(), Class::Permanent);
        assert_eq!(response(200, "grpc-status", "5").class(), Class::Expected);
        assert_eq!(response(200, "grpc-status", "0").class(), Class::Expected);
    }

    #[test]
    fn rejections_become_statuses() {
        let policy = Name::new("p");
        let limited = Rejection::RateLimited { policy, retry_after: None };
        assert_eq!(StatusCode::from(limited), StatusCode::TOO_MANY_REQUESTS);
        let late = Rejection::DeadlineExceeded { policy };
        assert_eq!(StatusCode::from(late), StatusCode::GATEWAY_TIMEOUT);
        let full = Rejection::BulkheadFull { policy, limit: 1 };
        assert_eq!(StatusCode::from(full), StatusCode::SERVICE_UNAVAILABLE);
    }
}
