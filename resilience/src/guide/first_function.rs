//! The first guarded function, in five minutes.
//!
//! 1. `cargo new shop` beside your copy of the repository, and in its `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! resilience = { path = "../resilience/resilience" }
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! ```
//!
//! 2. Put an attribute above a function that returns a `Result`:
//!
//! ```compile_fail
//! # mod api {
//! #[derive(Debug)]
//! pub enum ApiError { Status(u16) }
//!
//! #[resilience::circuit_breaker]
//! pub async fn quote(symbol: &str) -> Result<u32, ApiError> {
//!     Ok(symbol.len() as u32)
//! }
//! # }
//! ```
//!
//! 3. The compiler says what is missing: a circuit breaker rejects calls, and `ApiError` cannot carry a
//!    [`Rejection`](crate::Rejection). Give it a place, once per error type. A whole program, to copy:
//!
//! ```standalone_crate
//! use std::time::Duration;
//!
//! use resilience::{CircuitState, Rejection, RejectionKind, circuit_breaker};
//!
//! #[derive(Debug)]
//! pub enum ApiError { Status(u16), Rejected(Rejection) }
//!
//! impl From<Rejection> for ApiError {
//!     fn from(rejection: Rejection) -> Self { Self::Rejected(rejection) }
//! }
//!
//! #[circuit_breaker(name = "quotes", consecutive_failures = 3, open_for = "10s")]
//! pub async fn quote(symbol: &str) -> Result<u32, ApiError> {
//!     if symbol.is_empty() { Err(ApiError::Status(500)) } else { Ok(symbol.len() as u32) }
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() {
//!     // 4. See it work: three failures, and the circuit is open.
//!     for _ in 0..3 {
//!         assert!(matches!(quote("").await, Err(ApiError::Status(500))));
//!     }
//!     let rejected = quote("ACME").await.unwrap_err();
//!     println!("{rejected:?}");
//!     assert!(matches!(rejected, ApiError::Rejected(rejection) if rejection.kind() == RejectionKind::CircuitOpen));
//!
//!     // 5. Look at it: by name, in the registry.
//!     let breaker = resilience::registry().circuit_breaker("quotes").unwrap();
//!     println!("{breaker}");
//!     assert_eq!(breaker.state(), CircuitState::Open);
//!     assert!(breaker.retry_after().unwrap() <= Duration::from_secs(10));
//! }
//! ```
//!
//! 6. Say once what your errors mean ([`errors`](super::errors)): without that every `Err` is a failure, also "not found".
//! 7. Add a `#[timeout("2s")]` below, a `#[retry]` above ([`order`](super::order)), with values that suit the dependency
//!    ([`values`](super::values)); or all in one: [`resilient`](macro@crate::resilient).
//!
//! An error that belongs to another crate, and so cannot implement `From<Rejection>`, is wrapped:
//! `Result<T, resilience::Error<reqwest::Error>>` ([`Error`](crate::Error)).
