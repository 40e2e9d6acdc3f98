//! The facts of the running call, written into a request.

use std::time::Duration;

use ::http::header::Entry;
use ::http::{HeaderMap, HeaderValue, Method};

use super::amount::Amount;
use super::names::{ATTEMPT, GRPC_TIMEOUT, IDEMPOTENCY_KEY, PRIORITY, REQUEST_TIMEOUT_MS};
use super::outgoing::Outgoing;
use super::time_left::{as_grpc, as_millis, of_grpc, of_millis};
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
            shorten(headers.entry(&GRPC_TIMEOUT), left, of_grpc, as_grpc);
            shorten(headers.entry(&REQUEST_TIMEOUT_MS), left, of_millis, as_millis);
        }
        if let Some(attempt) = self.attempt {
            headers.insert(&ATTEMPT, HeaderValue::from(attempt));
        }
        if let Some(priority) = self.priority {
            let written = || HeaderValue::from_static(priority.as_str());
            headers.entry(&PRIORITY).or_insert_with(written);
        }
        if let Some(key) = self.key.filter(|_| !method.is_safe()) {
            let written = || HeaderValue::try_from(key.to_string()).expect("letters and digits");
            headers.entry(&IDEMPOTENCY_KEY).or_insert_with(written);
        }
        Ok(())
    }
}

/// Writes the time left where no less is claimed.
fn shorten(
    header: Entry<'_, HeaderValue>,
    left: Duration,
    claimed: fn(&[u8]) -> Option<Duration>,
    written: fn(Duration) -> Amount,
) {
    match header {
        Entry::Vacant(place) => _ = place.insert(value(&written(left))),
        Entry::Occupied(mut told) => {
            if claimed(told.get().as_bytes()).is_none_or(|claimed| claimed > left) {
                told.insert(value(&written(left)));
            }
        }
    }
}

fn value(text: &Amount) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).expect("digits and a letter")
}

#[cold]
fn too_late() -> Rejection {
    let rejection = Rejection::DeadlineExceeded { policy: Name::new("outbound") };
    event::rejected(PolicyKind::Timeout, &rejection);
    rejection
}
