//! The facts of the running call, written into a request.

use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, Method};

use super::outgoing::{IDEMPOTENCY_KEY, Outgoing};
use super::terms::{ATTEMPT, PRIORITY};
use super::time_left::{GRPC_TIMEOUT, REQUEST_TIMEOUT_MS, as_grpc, as_millis, named};
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::stack::event;

impl Outgoing {
    /// Writes them into a request's headers. What it says itself stays, unless it claims more time than there is.
    pub(crate) fn write(self, method: &Method, headers: &mut HeaderMap) -> Result<(), Rejection> {
        if let Some(left) = self.left {
            if left.is_zero() {
                return Err(too_late());
            }
            shorten(headers, GRPC_TIMEOUT, left, as_grpc);
            shorten(headers, REQUEST_TIMEOUT_MS, left, as_millis);
        }
        if let Some(attempt) = self.attempt {
            headers.insert(ATTEMPT, HeaderValue::from(attempt));
        }
        if let Some(priority) = self.priority {
            let written = || HeaderValue::from_static(priority.as_str());
            headers.entry(PRIORITY).or_insert_with(written);
        }
        if let Some(key) = self.key.filter(|_| !method.is_safe()) {
            headers.entry(IDEMPOTENCY_KEY).or_insert_with(|| value(key.to_string()));
        }
        Ok(())
    }
}

/// Writes the time left where no less is claimed.
fn shorten(
    headers: &mut HeaderMap,
    name: &'static str,
    left: Duration,
    written: fn(Duration) -> String,
) {
    if named(headers, name).is_none_or(|claimed| claimed > left) {
        headers.insert(name, value(written(left)));
    }
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("letters and digits")
}

#[cold]
fn too_late() -> Rejection {
    let rejection = Rejection::DeadlineExceeded { policy: Name::new("outbound") };
    event::rejected(PolicyKind::Timeout, &rejection);
    rejection
}
