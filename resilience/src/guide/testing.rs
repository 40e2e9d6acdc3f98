//! Testing code that is guarded: with policies of its own, with the policies of the process as new, and what to test.
//!
//! # A policy of the test's own
//!
//! Where the policy is a value, a test brings its own. Nothing is shared, tests run side by side, and no feature is needed:
//!
//! ```
//! use resilience::{CircuitBreaker, CircuitBreakerConfig, CircuitState, Rejection, circuit_breaker};
//!
//! struct Client { breaker: CircuitBreaker }
//!
//! impl Client {
//!     #[circuit_breaker(self.breaker)]
//!     async fn send(&self, works: bool) -> Result<(), std::io::Error> {
//!         if works { Ok(()) } else { Err(std::io::Error::other("down")) }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let config = CircuitBreakerConfig::new().consecutive_failures(2);
//! let client = Client { breaker: CircuitBreaker::new("test", config) };
//! for _ in 0..2 {
//!     client.send(false).await.unwrap_err();
//! }
//! assert_eq!(client.breaker.state(), CircuitState::Open);
//! let error = client.send(true).await.unwrap_err();
//! assert!(Rejection::find(&error).is_some());
//! # }
//! ```
//!
//! # The process's policies, as new
//!
//! Policies of annotated functions are statics: one test's open circuit is the next test's. `resilience::test::exclusive()`
//! (feature `test-util`, for `[dev-dependencies]` only) makes such tests wait for one another, makes every listed policy as
//! new, pauses tokio's clock, so that delays take no time, and replaces bodies by faults:
//!
//! ```
//! use resilience::{Rejection, fallback, retry};
//!
//! #[fallback(Ok(0))]
//! #[retry(name = "stock", attempts = 4, delay = "1h")]
//! async fn stock(item: u64) -> Result<u64, Rejection> { Ok(item) }
//!
//! const STOCK: &str = concat!(module_path!(), "::stock");
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let test = resilience::test::exclusive().await;
//!
//! test.fail(STOCK, 3);
//! assert_eq!(stock(7).await, Ok(7), "the fourth attempt succeeds");
//!
//! test.fail(STOCK, 9);
//! assert_eq!(stock(7).await, Ok(0), "all four fail, and the fallback answers");
//! # }
//! ```
//!
//! Faults go by a function's path; an unknown one panics with the nearest. `test.fail_with(…)` fails with an error of
//! yours, `test.delay(…)` makes bodies late, `test.breaker("payments").open()` puts a circuit into a state, and
//! `test.events_of("payments")` tells what happened. The module's page, `resilience::test`, has all of it.
//!
//! # What is worth a test
//!
//! | question | test |
//! |---|---|
//! | is the right error a failure? | call `Classify::class` on each of its values |
//! | what do callers get while the dependency is down? | `test.fail(…)` for good, and the answer |
//! | does a write run once? | `test.fail(…)` once, and the requests that the fake server has seen |
//! | do all policies still stand as reviewed? | `assert_manifest!`, below |
//! | does it hold in an outage? | the whole service under load, with its dependency behind a proxy that fails: `harness/` and `examples/tests` in the repository |
//!
//! That a breaker opens at its rate, that a retry pauses as its options say: such things are tested here.
//!
//! # A list that reviewers read
//!
//! `assert_manifest!("policies.toml")` compares every guarded function, its policies and each option that is no default with
//! a committed file, and says what differs; `UPDATE_POLICIES=1 cargo test` rewrites it. A change of a limit is then a line of
//! the difference under review.
//!
//! ```no_run
//! // #[test]
//! fn policies_are_as_reviewed() {
//!     resilience::assert_manifest!("policies.toml");
//! }
//! ```
