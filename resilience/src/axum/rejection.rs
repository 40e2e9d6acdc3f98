//! A rejection as an HTTP response: what the client may do about it.

use std::time::Duration;

use ::axum::http::{HeaderValue, StatusCode, header};
use ::axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::problem;
use crate::rejection::{Rejection, RejectionKind};
use crate::stack::verdict::Fallible;

/// A slot of a full bulkhead may be free at any moment.
const AFTER_BULKHEAD: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Facts {
    kind: &'static str,
    policy: &'static str,
}

impl IntoResponse for Rejection {
    /// 503 (circuit open, bulkhead full), 429 (rate limited) or 504 (timed out, deadline exceeded), with `Retry-After`
    /// in whole seconds, rounded up, where waiting helps; the body is `application/problem+json`.
    fn into_response(self) -> Response {
        let facts = Facts { kind: self.kind().as_str(), policy: self.policy() };
        let mut response = problem(status(self.kind()), self.to_string(), facts);
        if let Some(seconds) = wait(&self).and_then(whole_seconds) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Rejection> for Response {
    fn from(rejection: Rejection) -> Self {
        rejection.into_response()
    }
}

/// A handler that returns a response is no `Result`: every response is its value, and a rejection becomes one.
impl Fallible for Response {
    type Value = Self;
    type Error = Rejection;

    fn as_result(&self) -> Result<&Self, &Rejection> {
        Ok(self)
    }

    fn from_error(rejection: Rejection) -> Self {
        rejection.into_response()
    }
}

fn status(kind: RejectionKind) -> StatusCode {
    match kind {
        RejectionKind::CircuitOpen | RejectionKind::BulkheadFull => StatusCode::SERVICE_UNAVAILABLE,
        RejectionKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        RejectionKind::TimedOut | RejectionKind::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        #[cfg(feature = "test-util")]
        RejectionKind::Injected => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn wait(rejection: &Rejection) -> Option<Duration> {
    match rejection.kind() {
        RejectionKind::BulkheadFull => Some(AFTER_BULKHEAD),
        _ => rejection.retry_after(),
    }
}

/// Rounded up: a client that comes back a moment early is rejected again. None for a wait that no client can express
/// or live to see: 68 years, what fits into 31 bits.
fn whole_seconds(wait: Duration) -> Option<u32> {
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
    i32::try_from(seconds).ok().map(i32::unsigned_abs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    fn retry_after(rejection: Rejection) -> Option<String> {
        let response = rejection.into_response();
        response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn waits_are_rounded_up() {
        let policy = Name::new("p");
        let open = |wait| Rejection::CircuitOpen { policy, retry_after: wait };
        assert_eq!(retry_after(open(Some(Duration::from_millis(9_001)))).as_deref(), Some("10"));
        assert_eq!(retry_after(open(Some(Duration::from_secs(9)))).as_deref(), Some("9"));
        assert_eq!(retry_after(open(Some(Duration::from_nanos(1)))).as_deref(), Some("1"));
        assert_eq!(retry_after(open(None)), None);
        assert_eq!(retry_after(open(Some(Duration::MAX))), None);
        assert_eq!(retry_after(Rejection::BulkheadFull { policy, limit: 3 }).as_deref(), Some("1"));
        assert_eq!(retry_after(Rejection::TimedOut { policy, after: Duration::ZERO }), None);
    }
}
