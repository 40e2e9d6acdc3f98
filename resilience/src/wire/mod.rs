//! What a call takes along to the next service, as headers: deadline, attempt, priority, idempotency key.
//!
//! | header | written | read |
//! |---|---|---|
//! | `grpc-timeout` | the time left, less a margin | first |
//! | `x-envoy-expected-rq-timeout-ms` | no | where there is no `grpc-timeout` |
//! | `x-request-timeout-ms` | the time left, less a margin | where there is neither |
//! | `x-resilience-attempt` | inside a retry or hedge, or what was believed of the request being handled | if the sender is trusted |
//! | `x-resilience-priority` | a [`priority`](crate::priority()) other than `critical` | if the sender is trusted |
//! | `idempotency-key` | inside a retry or hedge: the [`call_id`](crate::call_id) | never: that is for the handler to store |
//!
//! Times left are relative, because clocks of machines differ. A value that is malformed is ignored, as if it were absent.
//!
//! [`headers()`] and [`enter()`] are the two sides by hand. With feature `tower` both are layers, with options:
//! `resilience::tower::outbound()` for clients and `resilience::tower::inbound()` for servers.
//!
//! ```
//! use http::HeaderMap;
//! use resilience::{Rejection, timeout, wire};
//!
//! #[timeout("1s")]
//! async fn ask() -> Result<HeaderMap, Rejection> {
//!     let mut request = http::Request::get("http://next/");
//!     for (name, value) in wire::headers() {
//!         request = request.header(name, value);
//!     }
//!     Ok(request.body(()).unwrap().headers().clone())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let received = ask().await.unwrap();
//! let left = wire::enter(&received, async { resilience::remaining() }).await.unwrap();
//! assert!(left.unwrap().as_millis() < 1000);
//! # }
//! ```

mod amount;
mod enter;
mod names;
mod outgoing;
mod terms;
mod time_left;
#[cfg(any(feature = "reqwest", feature = "tower"))]
mod write;

pub use self::enter::{Entered, enter};
pub use self::outgoing::headers;
#[cfg(any(feature = "reqwest", feature = "tower"))]
pub(crate) use self::outgoing::{MARGIN, Outgoing};
#[cfg(feature = "tower")]
pub(crate) use self::terms::Terms;
