//! Errors: how a rejection becomes yours, and what an error of yours means to policies.
//!
//! # Rejections
//!
//! A policy that does not run a call answers with a [`Rejection`](crate::Rejection): which policy, why, and when to come
//! back. It reaches the caller as the function's own error.
//!
//! | your error | what to write |
//! |---|---|
//! | an enum of yours | `impl From<Rejection> for ApiError`, once |
//! | `anyhow::Error`, `Box<dyn Error + Send + Sync>`, `std::io::Error` | nothing |
//! | `http::StatusCode`, `tonic::Status`, `sqlx::Error` | nothing, with the feature of that name |
//! | of another crate, such as `reqwest::Error` | [`Error<E>`](crate::Error): `Result<T, resilience::Error<reqwest::Error>>` |
//! | any, for one function | `rejection = <fn(Rejection) -> E>` on one attribute of the stack |
//! | none, because a fallback always answers | an outermost `fallback` that ends in `Ok(…)` |
//!
//! # What an error means
//!
//! [`Classify`](crate::Classify), written once per error type, is the default judgement of every policy of every function
//! that returns it:
//!
//! ```
//! use std::time::Duration;
//! use resilience::{Class, Classify, Rejection, circuit_breaker, retry};
//!
//! #[derive(Debug)]
//! enum ApiError { NotFound, Status(u16), Busy { retry_after: Duration }, Rejected(Rejection) }
//!
//! impl Classify for ApiError {
//!     fn class(&self) -> Class {
//!         match self {
//!             Self::NotFound => Class::Expected,                       // an answer like any other
//!             Self::Status(500..) | Self::Busy { .. } => Class::Transient,
//!             Self::Status(_) => Class::Permanent,                     // fails, and would again
//!             Self::Rejected(rejection) => rejection.class(),
//!         }
//!     }
//!
//!     fn retry_after(&self) -> Option<Duration> {
//!         match self {
//!             Self::Busy { retry_after } => Some(*retry_after),
//!             _ => None,
//!         }
//!     }
//! }
//!
//! impl From<Rejection> for ApiError {
//!     fn from(rejection: Rejection) -> Self { Self::Rejected(rejection) }
//! }
//!
//! #[retry]
//! #[circuit_breaker]
//! async fn find(id: u64) -> Result<String, ApiError> {
//!     if id == 0 { Err(ApiError::NotFound) } else { Ok(id.to_string()) }
//! }
//! ```
//!
//! | class | circuit breaker | retry, hedge | fallback |
//! |---|---|---|---|
//! | `Transient` | failure | another attempt | answers |
//! | `Permanent` | failure | ends | answers |
//! | `Expected` | success | ends | not used |
//!
//! Without it every `Err` is `Transient`. `when_err` and `when_ok` of one attribute decide instead for that policy. An `Ok`
//! value whose type is `Classify` is judged, too: an HTTP response of status 503 is a failure though the request succeeded.
//!
//! # Across functions
//!
//! An error that leads to a rejection by [`source`](std::error::Error::source) is judged as one, also when it comes out of
//! an inner guarded function: that one's open circuit neither opens the outer one's, nor is it tried again. An error type
//! without `source()` cannot tell, and counts as every `Err` does. [`Rejection::find`](crate::Rejection::find) looks for
//! one by hand. With `thiserror` the variant is `#[error("{0}")] Rejected(#[from] Rejection)`: `#[error(transparent)]` leaves
//! the rejection out of `source()`, and functions further out cannot tell it from a failure.
