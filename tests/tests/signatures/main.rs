//! Every function that a Rust author may reasonably annotate: each runs, and its future is `Send` where it should be.

mod functions;
mod futures;
mod generated;
mod methods;
mod plain;
mod results;

use resilience::Rejection;

type Answer<T> = Result<T, Rejection>;

/// The future itself: compiles only if another thread may run it.
fn sent<F: Future + Send>(future: F) -> F {
    future
}
