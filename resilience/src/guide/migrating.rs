//! The words of other libraries, and what they are called here.
//!
//! # Go: gobreaker, retry-go, `x/time/rate`
//!
//! | there | here |
//! |---|---|
//! | gobreaker `MaxRequests` | `half_open_calls`: that many successes close the circuit |
//! | `Interval` | `window`: sliding here; there, counts are cleared at each interval |
//! | `Timeout` | `open_for` |
//! | `ReadyToTrip(counts)` | `failure_rate` with `min_calls`, `consecutive_failures`, or `trip_when` for a rule of your own |
//! | `OnStateChange` | `on_state_change`, or events |
//! | `IsSuccessful` | [`Classify`](crate::Classify), `when_err` |
//! | `IsExcluded` | `ignore_err` |
//! | `ErrOpenState`, `ErrTooManyRequests` | [`Rejection::CircuitOpen`](crate::Rejection::CircuitOpen) |
//! | `TwoStepCircuitBreaker.Allow` | [`try_acquire`](crate::CircuitBreaker::try_acquire), a permit |
//! | `DistributedCircuitBreaker` | `shared`: each replica judges its own calls, a quorum of opinions opens all ([`fleets`](super::fleets)) |
//! | retry-go `Attempts`, `Delay`, `MaxDelay` | `attempts`, `delay`, `max_delay` |
//! | `DelayType(BackOffDelay / FixedDelay / RandomDelay)` | `backoff`, `jitter` |
//! | `RetryIf`, `Unrecoverable` | [`Classify`](crate::Classify), `when_err` |
//! | `OnRetry` | `on_retry` |
//! | `LastErrorOnly` | always: the last result |
//! | `Context` | the deadline in force, and dropping the future |
//! | `rate.NewLimiter(r, b)`, `Burst` | `#[rate_limit("100/s", burst = 20)]` |
//! | `Allow`, `Wait`, `Reserve` | `try_acquire`, `acquire` with `max_wait`; a reservation is a place in the queue |
//! | `AllowN(n)` | `cost = n` |
//!
//! # Java: resilience4j, MicroProfile Fault Tolerance
//!
//! | there | here |
//! |---|---|
//! | `failureRateThreshold = 50` | `failure_rate = 0.5` or `"50%"` |
//! | `slidingWindowType`, `slidingWindowSize` | `window = "10s"` or `window = 100` |
//! | `minimumNumberOfCalls` (100) | `min_calls` (5) |
//! | `waitDurationInOpenState` | `open_for`; the change to half-open happens with the first call after it |
//! | `permittedNumberOfCallsInHalfOpenState` | `half_open_calls` |
//! | `slowCallDurationThreshold`, `slowCallRateThreshold` | `slow_call`, `slow_rate` |
//! | `recordExceptions`, `ignoreExceptions` | [`Classify`](crate::Classify), `when_err`, `ignore_err` |
//! | `METRICS_ONLY`, `DISABLED` | modes `observe`, `off` |
//! | `CallNotPermittedException`, `BulkheadFullException`, `RequestNotPermitted` | [`Rejection`](crate::Rejection) |
//! | `SemaphoreBulkhead.maxConcurrentCalls`, `maxWaitDuration` | `max_concurrent`, `max_wait` |
//! | `limitForPeriod`, `limitRefreshPeriod`, `timeoutDuration` | `"10/s"`, `max_wait` |
//! | `TimeLimiter` | `timeout` |
//! | `application.yml`, actuator endpoints | `overrides`, the routes of feature `axum` |
//! | `@Retry(maxRetries = 2)` | `attempts = 3`: the first one counts |
//! | `@Fallback(fallbackMethod)` | `#[fallback(expression)]`, checked against the return type |
//! | the order of aspects | the order of the attributes as written |
//!
//! # .NET: Polly
//!
//! | there | here |
//! |---|---|
//! | `ResiliencePipelineBuilder`, the order of `Add…` | the order of attributes, or [`Pipeline`](crate::Pipeline) |
//! | `ShouldHandle` | [`Classify`](crate::Classify), `when_err`, `when_ok` |
//! | `FailureRatio`, `MinimumThroughput`, `SamplingDuration`, `BreakDuration` | `failure_rate`, `min_calls`, `window`, `open_for` |
//! | `CircuitBreakerManualControl.IsolateAsync` | `force_open`, or `state = "forced-open"` |
//! | `MaxRetryAttempts = 2` | `attempts = 3`: the first one counts |
//! | `UseJitter` | on by default; `jitter = none` |
//! | `ConcurrencyLimiter(permit, queue)` | `#[bulkhead(max_concurrent, max_queue, max_wait)]` |
//! | `HedgingStrategyOptions.Delay` | `#[hedge(after = …)]` |
//! | `EnableReloads` | `overrides`: a mistake changes nothing, and ends no watching |
//! | `BrokenCircuitException`, `TimeoutRejectedException`, `RateLimiterRejectedException` | [`Rejection`](crate::Rejection) |
//!
//! # Rust: failsafe, recloser, backon, tower, tower-resilience
//!
//! Side by side in [`migrating_rust`](super::migrating_rust). governor's `Quota` is a `RateLimitConfig`, its
//! `DefaultKeyedRateLimiter` a [`Keyed<RateLimiter>`](crate::Keyed), which is bounded.
//!
//! # What is different everywhere
//!
//! - A dropped call is no failure; a late result changes nothing; a panic is a failure and goes on.
//! - Attempts count the first one.
//! - A success never opens a circuit: rates are judged when a call fails or is slow.
//! - Inside one stack a rejection of an inner policy is no failure of the dependency.
