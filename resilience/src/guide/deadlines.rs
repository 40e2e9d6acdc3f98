//! What travels with a call, and what happens when it is dropped.
//!
//! # Deadlines
//!
//! A [`timeout`](macro@crate::timeout) sets a deadline for everything that its body awaits, across guarded functions that
//! call each other: the nearest of all limits around. Nothing begins at or after it: no body, no attempt, no hedge, no
//! wait that would end later. [`remaining`](crate::remaining) tells how long is left, for the client that takes a limit
//! of its own:
//!
//! ```
//! use std::time::Duration;
//! use resilience::{Rejection, remaining, timeout};
//!
//! #[timeout("2s")]
//! async fn query() -> Result<Duration, Rejection> {
//!     let limit = remaining().unwrap_or(Duration::from_secs(30));
//!     // … the statement, with this limit at the server …
//!     Ok(limit)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! assert!(query().await.unwrap() <= Duration::from_secs(2));
//! # }
//! ```
//!
//! To the next service it travels in headers: `resilience::wire` (feature `http`), or the layers
//! `resilience::tower::{inbound, outbound}`.
//!
//! # Tasks
//!
//! Deadline, attempt and id belong to the call, not to the thread. A spawned task is no part of the call, unless
//! [`inherit`](crate::inherit) takes them along; work that outlives the call, or is shared with other calls (a `Shared`
//! future, a connection that is kept), is wrapped in [`detach`](crate::detach).
//!
//! # Idempotency
//!
//! Inside a retry or hedge [`call_id`](crate::call_id) is the same for all attempts of one call, and
//! [`attempt`](crate::attempt) counts them. Send the id as an idempotency key, and a server that keeps keys does the work
//! once, though the answer to the first attempt was lost.
//!
//! # Cancel safety
//!
//! A guarded future may be dropped at any await. Then permits are returned, waiting calls leave their queues, a breaker
//! counts the call as cancelled, and nothing else happens; a timeout of ours that drops it is a failure.
//!
//! What the *body* was doing is dropped in the middle, too: a request that was sent may still be carried out, a transaction
//! is rolled back by the server, and a connection in the middle of a protocol must not go back to its pool. Drivers that
//! are cancel safe close such a connection; where yours is not, run the work in a task of its own, and let the timeout
//! wait for it:
//!
//! ```
//! use resilience::{Rejection, inherit, timeout};
//!
//! #[timeout("1s")]
//! async fn store() -> Result<(), Rejection> {
//!     // The task ends by itself; only the waiting for it is cut short.
//!     tokio::spawn(inherit(async { /* … the protocol … */ })).await.unwrap();
//!     Ok(())
//! }
//! # #[tokio::main(flavor = "current_thread")] async fn main() { store().await.unwrap(); }
//! ```
