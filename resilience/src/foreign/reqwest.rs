//! reqwest: what its errors and responses mean.

use std::error::Error;
use std::io;
use std::time::Duration;

use super::http::retry_after;
use crate::class::{Class, Classify};
use crate::rejection::Rejection;

impl Classify for ::reqwest::Error {
    /// A connection or a time limit that fails is transient, a status is judged as a status, and what can't be built or
    /// decoded is permanent.
    fn class(&self) -> Class {
        if let Some(status) = self.status() {
            return status.class();
        }
        if self.is_timeout() || is_connect(self) || self.is_request() || self.is_body() {
            return Class::Transient;
        }
        // A body that ends in the middle is reported as one that can't be decoded.
        if broken_connection(self) { Class::Transient } else { Class::Permanent }
    }

    fn rejection(&self) -> Option<&Rejection> {
        Rejection::find(self)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn is_connect(error: &::reqwest::Error) -> bool {
    error.is_connect()
}

/// In a browser, reqwest reports a failed connection as a failed request.
#[cfg(target_arch = "wasm32")]
fn is_connect(_: &::reqwest::Error) -> bool {
    false
}

fn broken_connection(error: &::reqwest::Error) -> bool {
    std::iter::successors(error.source(), |&error| error.source())
        .take(32)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.class() == Class::Transient)
}

impl Classify for ::reqwest::Response {
    fn class(&self) -> Class {
        self.status().class()
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16) -> ::reqwest::Response {
        let parts = ::http::Response::builder().status(status).header("retry-after", "7");
        parts.body("").unwrap().into()
    }

    #[test]
    fn responses_and_their_errors_are_classified_by_the_status() {
        assert_eq!(response(503).class(), Class::Transient);
        assert_eq!(response(503).retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(response(404).class(), Class::Expected);
        let class = |status| response(status).error_for_status().unwrap_err().class();
        assert_eq!(class(502), Class::Transient);
        assert_eq!(class(501), Class::Permanent);
        assert_eq!(class(404), Class::Expected);
    }

    #[test]
    fn a_request_that_cannot_be_built_is_permanent() {
        let error = ::reqwest::Client::new().get("no url").build().unwrap_err();
        assert_eq!(error.class(), Class::Permanent);
    }

    #[tokio::test]
    #[cfg_attr(miri, ignore = "Miri knows few options of sockets")]
    async fn a_connection_that_fails_is_transient() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = ::reqwest::get(format!("http://{free}/")).await.unwrap_err();
        assert_eq!(error.class(), Class::Transient);
    }
}
