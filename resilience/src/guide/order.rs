//! The order of attributes: the first one is the outermost.
//!
//! ```
//! use resilience::{Rejection, circuit_breaker, retry, timeout};
//!
//! #[timeout("5s")]              // everything below, retries and pauses included
//! #[retry(attempts = 3)]        // each attempt goes through what is below
//! #[circuit_breaker]            // judges each attempt
//! #[timeout("1s")]              // of one attempt
//! async fn charge() -> Result<(), Rejection> { Ok(()) }
//! ```
//!
//! What changes with the order:
//!
//! | outside | inside | means |
//! |---|---|---|
//! | `retry` | `circuit_breaker` | the breaker sees every attempt, and an open circuit ends the retries: usually right |
//! | `circuit_breaker` | `retry` | the breaker sees calls, not attempts: slower to open, and attempts go on while it is about to |
//! | `retry` | `timeout` | a limit per attempt |
//! | `timeout` | `retry` | a limit in total; write both |
//! | `retry` | `rate_limit`, `bulkhead` | each attempt takes a turn or a slot of its own |
//! | `rate_limit`, `bulkhead` | `retry` | one turn or slot for all attempts: a slot is held through the pauses |
//! | `fallback` | anything | answers for whatever fails inside, rejections included: nearly always the outermost |
//! | `retry`, `circuit_breaker` | `fallback` | hides the error from them: a compile error, unless `inner = true` says that it is meant |
//! | `timeout` | `bulkhead` with `max_wait` | waiting counts against the limit, but not against a breaker between them |
//!
//! Policies inside the same stack know a rejection from a failure, so that "our own bulkhead is full" never opens the
//! circuit of the dependency. `when_rejected` changes that.
//!
//! # The standard pipeline
//!
//! [`resilient`](macro@crate::resilient) puts its parts into the one order that is right for most: *fallback → timeout → rate
//! limit → bulkhead → retry → circuit breaker → timeout per attempt*.
//!
//! ```
//! use resilience::{Rejection, resilient};
//!
//! #[resilient(retry(attempts = 3), timeout("5s"), attempt_timeout("1s"), fallback(Ok(0)))]
//! async fn stock(item: u64) -> Result<u64, Rejection> { Ok(item) }
//! ```
//!
//! # Attributes of others
//!
//! They belong below ours, next to the function, where they wrap the guarded call: `#[tracing::instrument]` there spans
//! one call with all its attempts. Between ours they are a compile error that says so. Under `#[async_trait]` ours stand on
//! the method, inside the `impl`.
