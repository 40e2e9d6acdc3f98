//! From failsafe, recloser, backon, tower and tower-resilience: the same thing there and here.
//!
//! Two things are the same for all of them. The policy moves from a value that is passed around to an attribute or a
//! static, and is listed by name; and the error moves from a wrapper's into your own, by one `From<Rejection>`
//! ([`errors`](super::errors)), or stays a wrapper: [`Error<E>`](crate::Error).
//!
//! # failsafe
//!
//! ```text
//! let policy = failure_policy::consecutive_failures(5, backoff::exponential(secs(10), secs(60)));
//! let breaker = Config::new().failure_policy(policy).build();
//! match breaker.call(charge()).await {
//!     Err(failsafe::Error::Rejected) => …,
//!     Err(failsafe::Error::Inner(error)) => …,
//! }
//! ```
//!
//! ```
//! use resilience::{Error, circuit_breaker};
//! # #[derive(Debug)] struct Down;
//!
//! #[circuit_breaker(consecutive_failures = 5, open_for = "10s", max_open_for = "60s")]
//! async fn charge() -> Result<(), Error<Down>> { Ok(()) }
//!
//! # async fn example() {
//! match charge().await {
//!     Err(Error::Rejected(rejection)) => println!("{rejection}"),
//!     Err(Error::Inner(error)) => println!("{error:?}"),
//!     Ok(()) => {}
//! }
//! # }
//! ```
//!
//! | there | here |
//! |---|---|
//! | `consecutive_failures(5, …)` | `consecutive_failures = 5` |
//! | `success_rate_over_time_window(0.8, 20, 30 s, …)` | `failure_rate = 0.2, min_calls = 20, window = "30s"`: a share of failures, not of successes |
//! | `or_else` of two policies | both options: whichever is reached first |
//! | `backoff::constant(d)`, `exponential(d, max)` | `open_for = d`, with `max_open_for = max` |
//! | `FailurePredicate` | [`Classify`](crate::Classify), `when_err`, `ignore_err` |
//! | `Instrument` | `on_state_change`, [events](crate::Registry::events), metrics |
//! | half-open: every call | `half_open_calls` at once |
//!
//! # recloser
//!
//! ```text
//! let recloser = Recloser::custom().error_rate(0.5).closed_len(100).half_open_len(10).open_wait(secs(30)).build();
//! let recloser = AsyncRecloser::from(recloser);
//! recloser.call(search()).await
//! ```
//!
//! ```
//! use resilience::{Rejection, circuit_breaker};
//!
//! #[circuit_breaker(failure_rate = 0.5, window = 100, half_open_calls = 10, open_for = "30s")]
//! async fn search() -> Result<(), Rejection> { Ok(()) }
//! ```
//!
//! `closed_len` is both: the window, and how many calls there must be. Here a window of 100 is judged from `min_calls = 5`
//! on; write `min_calls = 100` for the same. Half-open, recloser takes a rate of the last calls; here one failed trial opens
//! the circuit again. `call_with(predicate, …)` is `when_err`.
//!
//! # backon
//!
//! ```text
//! fetch
//!     .retry(ExponentialBuilder::default().with_jitter().with_max_times(2))
//!     .when(|error| error.is_temporary())
//!     .notify(|error, pause| warn!(…))
//!     .await
//! ```
//!
//! ```
//! use resilience::{RetryEvent, retry};
//! # struct Down;
//! # impl Down { fn is_temporary(&self) -> bool { true } }
//! # fn notify(event: &RetryEvent) { println!("{}", event.attempt); }
//!
//! #[retry(attempts = 3, delay = "1s", max_delay = "60s", when_err = Down::is_temporary, on_retry = notify)]
//! async fn fetch() -> Result<String, Down> { Ok(String::new()) }
//! ```
//!
//! | there | here |
//! |---|---|
//! | `with_max_times(2)` | `attempts = 3`: the first one counts |
//! | `with_min_delay`, `with_max_delay`, `with_factor` | `delay`, `max_delay`, `factor` |
//! | `with_total_delay` | `max_elapsed`, which counts attempts as well |
//! | no jitter, unless `with_jitter` | `jitter = full`; `none` for none |
//! | `FibonacciBuilder`, `ConstantBuilder` | `backoff = fibonacci`, `backoff = fixed` |
//! | `.adjust(…)` for `Retry-After` | `retry_after`, or [`Classify::retry_after`](crate::Classify::retry_after) |
//! | `BlockingRetryable` | the attribute on a synchronous function |
//! | other runtimes, `no_std`, WebAssembly | not here: tokio |
//!
//! A line of warning needs no hook: each retry is a `tracing` event with the error.
//!
//! # tower
//!
//! ```text
//! ServiceBuilder::new()
//!     .load_shed()
//!     .concurrency_limit(50)
//!     .rate_limit(100, secs(1))
//!     .timeout(secs(2))
//!     .retry(MyPolicy)          // a type of yours, with `retry` and `clone_request`
//!     .service(client)
//! ```
//!
//! ```
//! use resilience::{Pipeline, resilient};
//! use tower::{BoxError, Service, ServiceBuilder, service_fn};
//! # use http::{Request, Response};
//!
//! #[resilient(bulkhead(max_concurrent = 50), rate_limit("100/s"), timeout("2s"), retry)]
//! pub static SEARCH: Pipeline;
//!
//! # fn client() -> impl Service<Request<String>, Response = Response<String>, Error = BoxError> {
//! # let client = service_fn(|_: Request<String>| async { Ok::<_, BoxError>(Response::new(String::new())) });
//! ServiceBuilder::new().layer(SEARCH.layer()).service(client)
//! # }
//! ```
//!
//! | there | here |
//! |---|---|
//! | `concurrency_limit` with `load_shed` | `bulkhead`: without `max_wait` it rejects; with it callers queue, first come, first served |
//! | `rate_limit`: waits in `poll_ready` | `rate_limit` rejects; `max_wait` makes it wait |
//! | one limit per built service, or `GlobalConcurrencyLimitLayer` | always one: the static |
//! | `retry::Policy`, `budget::TpsBudget` | options; `budget` |
//! | `BoxError` of a layer | the same, holding a [`Rejection`](crate::Rejection), which also is a response with feature `axum` |
//! | `hedge::Policy` | `hedge(after = …)`, a fixed time |
//! | `spawn_ready`, `buffer`, balancing, discovery | stay tower's; a layer of ours may stand above or below |
//!
//! # tower-resilience
//!
//! ```text
//! ServiceBuilder::new()
//!     .layer(BulkheadLayer::builder().max_concurrent_calls(25).reject_when_full().build()?)
//!     .layer(TimeLimiterLayer::builder().timeout_duration(secs(2)).build())
//!     .layer(RetryLayer::<Request, Response, _>::builder().max_attempts(3).build())
//!     .layer(CircuitBreakerLayer::builder().sliding_window_size(100).failure_rate_threshold(0.5).build()?)
//!     .service(client)
//! ```
//!
//! ```
//! use resilience::{Rejection, bulkhead, circuit_breaker, retry, timeout};
//!
//! #[bulkhead(max_concurrent = 25)]
//! #[timeout("2s")]
//! #[retry(attempts = 3)]
//! #[circuit_breaker(window = 100, min_calls = 100, failure_rate = 0.5)]
//! async fn search() -> Result<(), Rejection> { Ok(()) }
//! ```
//!
//! | there | here |
//! |---|---|
//! | `CircuitBreakerLayer`, `BulkheadLayer`, `RateLimiterLayer`, `RetryLayer`, `TimeLimiterLayer`, `HedgeLayer` | the attributes, or statics' `.layer()` |
//! | `FallbackLayer::value`, `::service` | `fallback(expression)`, on the function |
//! | `sliding_window_size`, `minimum_number_of_calls` | `window`, `min_calls` |
//! | `wait_duration_in_open` | `open_for` |
//! | `permitted_calls_in_half_open` | `half_open_calls` |
//! | `slow_call_duration_threshold` | `slow_call`, `slow_rate` |
//! | `on_state_transition` and other listeners | `on_state_change`, `on_retry`, [events](crate::Registry::events) |
//! | `ResilienceError<E>` | your own error, or [`Error<E>`](crate::Error) |
//! | cache, chaos, coalescing, executors | not here; they go well above a layer of ours |
