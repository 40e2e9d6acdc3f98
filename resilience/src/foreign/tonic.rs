//! gRPC: what a status means, and rejections as statuses.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use ::tonic::metadata::MetadataMap;
use ::tonic::{Code, Status};

use super::http::grpc_class;
use crate::class::{Class, Classify};
use crate::rejection::{Rejection, RejectionKind};

impl Classify for Status {
    fn class(&self) -> Class {
        grpc_class(self.code().into())
    }

    /// `retry-after` in seconds, or `grpc-retry-pushback-ms`.
    fn retry_after(&self) -> Option<Duration> {
        let number = |key| number(self.metadata(), key);
        let pushback = || number("grpc-retry-pushback-ms").map(Duration::from_millis);
        number("retry-after").map(Duration::from_secs).or_else(pushback)
    }

    fn rejection(&self) -> Option<&Rejection> {
        Rejection::find(self.source()?)
    }
}

fn number(metadata: &MetadataMap, key: &str) -> Option<u64> {
    metadata.get(key)?.to_str().ok()?.parse().ok()
}

impl From<Rejection> for Status {
    /// `UNAVAILABLE` (circuit open), `RESOURCE_EXHAUSTED` (bulkhead full, rate limited) or `DEADLINE_EXCEEDED`. The time
    /// to wait is in the metadata as `retry-after`, in whole seconds rounded up, and exactly in the details, as a
    /// `google.rpc.RetryInfo`. The rejection is the status's source.
    fn from(rejection: Rejection) -> Self {
        let (code, message) = (code(rejection.kind()), rejection.to_string());
        let mut status = match rejection.retry_after() {
            Some(wait) => advised(code, message, wait),
            None => Self::new(code, message),
        };
        status.set_source(Arc::new(rejection));
        status
    }
}

fn code(kind: RejectionKind) -> Code {
    match kind {
        RejectionKind::BulkheadFull | RejectionKind::RateLimited => Code::ResourceExhausted,
        RejectionKind::TimedOut | RejectionKind::DeadlineExceeded => Code::DeadlineExceeded,
        _ => Code::Unavailable,
    }
}

fn advised(code: Code, message: String, wait: Duration) -> Status {
    let details = retry_info(code, &message, wait);
    let mut status = Status::with_details(code, message, details.into());
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    status.metadata_mut().insert("retry-after", seconds.into());
    status
}

/// A `google.rpc.Status` that holds a `RetryInfo`, in protobuf's encoding.
fn retry_info(code: Code, message: &str, wait: Duration) -> Vec<u8> {
    let mut delay = number_field(1, wait.as_secs());
    delay.extend(number_field(2, u64::from(wait.subsec_nanos())));
    let mut any = bytes_field(1, b"type.googleapis.com/google.rpc.RetryInfo");
    any.extend(bytes_field(2, &bytes_field(1, &delay)));
    let mut status = number_field(1, u64::from(i32::from(code).unsigned_abs()));
    status.extend(bytes_field(2, message.as_bytes()));
    status.extend(bytes_field(3, &any));
    status
}

fn number_field(field: u8, value: u64) -> Vec<u8> {
    let mut encoded = vec![field << 3];
    encoded.extend(varint(value));
    encoded
}

fn bytes_field(field: u8, value: &[u8]) -> Vec<u8> {
    let mut encoded = vec![field << 3 | 2];
    encoded.extend(varint(value.len() as u64));
    encoded.extend(value);
    encoded
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
#[allow(clippy::cast_possible_truncation, reason = "seven bits are left")]
fn varint(mut value: u64) -> Vec<u8> {
    let mut encoded = Vec::new();
    while value >= 0x80 {
        encoded.push(value as u8 & 0x7f | 0x80);
        value >>= 7;
    }
    encoded.push(value as u8);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    #[test]
    fn statuses_are_classified_by_their_code() {
        use Code as C;
        let class = |code| Status::new(code, "").class();
        for code in [C::Unavailable, C::ResourceExhausted, C::DeadlineExceeded, C::Aborted] {
            assert_eq!(class(code), Class::Transient, "{code:?}");
        }
        for code in [C::Internal, C::Unknown, C::DataLoss, C::Unimplemented] {
            assert_eq!(class(code), Class::Permanent, "{code:?}");
        }
        for code in [C::Ok, C::NotFound, C::InvalidArgument, C::Cancelled, C::AlreadyExists] {
            assert_eq!(class(code), Class::Expected, "{code:?}");
        }
    }

    #[test]
    fn a_rejection_becomes_a_status_that_says_when_to_come_back() {
        let wait = Duration::from_millis(1500);
        let rejection = Rejection::CircuitOpen { policy: Name::new("p"), retry_after: Some(wait) };
        let status = Status::from(rejection);
        assert_eq!(status.code(), Code::Unavailable);
        assert_eq!(status.metadata().get("retry-after").unwrap(), "2");
        assert_eq!(status.retry_after(), Some(Duration::from_secs(2)));
        assert_eq!(status.rejection(), Some(&rejection));
        assert_eq!(Rejection::find(&status), Some(&rejection));
        let full = Status::from(Rejection::BulkheadFull { policy: Name::new("p"), limit: 1 });
        assert_eq!((full.code(), full.details().len()), (Code::ResourceExhausted, 0));
    }

    #[test]
    fn the_details_are_a_retry_info() {
        let encoded = retry_info(Code::Unavailable, "m", Duration::from_millis(1500));
        let url = b"type.googleapis.com/google.rpc.RetryInfo";
        // 1 s and 500,000,000 ns
        let delay = [0x08, 1, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01];
        let mut expected = vec![0x08, 14, 0x12, 1, b'm', 0x1a, 54, 0x0a, 40];
        expected.extend(url);
        expected.extend([0x12, 10, 0x0a, 8]);
        expected.extend(delay);
        assert_eq!(encoded, expected);
    }
}
