//! Circuit breakers, retries, timeouts, bulkheads, rate limits, fallbacks and hedges: attributes that the compiler
//! checks, policies that a health endpoint can show.
//!
//! ```
//! use resilience::{Rejection, circuit_breaker, retry, timeout};
//!
//! #[retry(attempts = 3)]
//! #[circuit_breaker(name = "quotes", failure_rate = 0.5, open_for = "30s")]
//! #[timeout("2s")]
//! async fn quote(symbol: &str) -> Result<u32, Rejection> {
//!     Ok(symbol.len() as u32)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! assert_eq!(quote("ACME").await.unwrap(), 4);
//! let breaker = resilience::registry().circuit_breaker("quotes").unwrap();
//! assert_eq!(breaker.state(), resilience::CircuitState::Closed);
//! # }
//! ```
//!
//! The [`guide`] leads from the first function to a service in production.
//!
//! # Where to look
//!
//! | you want to | look at |
//! |---|---|
//! | guard a function | [`circuit_breaker`](macro@circuit_breaker), [`retry`](macro@retry), [`timeout`](macro@timeout), [`bulkhead`](macro@bulkhead), [`rate_limit`](macro@rate_limit), [`fallback`](macro@fallback), [`hedge`](macro@hedge) |
//! | have all of them in the right order | [`resilient`](macro@resilient) |
//! | use a policy by hand, or build one in code | [`CircuitBreaker`], [`Retry`], [`Timeout`], [`Bulkhead`], [`RateLimiter`], [`Hedge`], [`Pipeline`] |
//! | keep one per host, tenant or user | [`Keyed`] |
//! | know why a call was rejected | [`Rejection`], [`Error`] |
//! | say once what an error means | [`Classify`] |
//! | know how everything is | [`registry()`], [`health_check`](macro@health_check), [`HealthChecker`], [`health`], feature `axum` |
//! | know about the running call | [`deadline`], [`remaining`], [`attempt`], [`call_id`], [`priority()`] |
//! | say how important a call is | [`with_priority`] |
//! | take that along into a task, or keep it away | [`inherit`], [`detach`] |
//! | take it along to another service | [`wire`], [`tower::inbound()`], [`tower::outbound()`] |
//!
//! # Programs to copy from
//!
//! Each is a program that runs, with a page that says what to copy, which knobs there are, and what happens under which
//! fault (`cargo doc --bins --package resilience-examples` builds them all); their sources are in `examples/src/bin/`.
//!
//! | program | shows |
//! |---|---|
//! | `storefront` | the same outage with the attributes and without |
//! | `http_client` | retries, deadlines and idempotency keys over HTTP; an outbox for what can't be done now |
//! | `user_service` | a service over database, cache and upstream; a chain of fallbacks |
//! | `limited_api` | limits for everybody and for each user, as attributes and as a middleware |
//! | `fleet` | one limit for several replicas, by way of a Redis that is killed in the middle |
//! | `health` | health checks, and what Kubernetes makes of them |
//! | `pictures` | the HTTP client that takes one line |
//! | `fetch` | synchronous functions: retries and breakers without a runtime |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `axum` | health, metrics and dashboard routes, [`Rejection`] as a response |
//! | `http`, `reqwest`, `tonic`, `sqlx` | what their statuses, responses and errors mean ([`Classify`]), and rejections as such; `http` also deadlines and idempotency keys as headers ([`wire`]), `reqwest` a guarded HTTP client in one line ([`reqwest::Client`]) |
//! | `metrics` | [metrics](observe) for the recorder of the `metrics` facade |
//! | `opentelemetry` | [metrics](observe) as OpenTelemetry instruments, and what happens to calls as [events of their spans](observe::opentelemetry) |
//! | `redis` | [one limit for a fleet](shared): rate limits that the replicas of a service share, and circuit breakers that share opinions, by way of Redis or Valkey |
//! | `overrides` | [options, modes and states](overrides) changed by a file while the program runs |
//! | `serde` | configs as data, the [`Snapshot`](snapshot::Snapshot) as JSON |
//! | `tower` | each policy as a layer, and layers that take deadlines across services |
//! | `test-util` | for tests: `resilience::test` with policies as new and faults, [`assert_manifest!`] against a committed list, and everything timed follows tokio's paused clock |
//!
//! For `wasm32-unknown-unknown` the crate compiles with all of them but `redis`, which needs sockets: configs, rejections
//! and [`Classify`] can be shared with a browser's code. No call can run there, since the standard library has no clock
//! on that target.
//!
//! # How outcomes are judged
//!
//! An error says itself what it means, by [`Classify`]: worth another try, not worth one, or an answer like any other.
//! Every policy of every function that returns it goes by that; without it every `Err` is a failure and no `Ok` is.
//! `when_err` and `when_ok` decide instead for one policy. `when_rejected` says which rejections by policies further in
//! are failures: by default only a call that timed out, because a full bulkhead, a rate limit or an open circuit of ours
//! says nothing about the dependency. A rejection keeps this meaning across functions as long as the error leads to it
//! by [`source`](std::error::Error::source).
#![forbid(unsafe_code)]
// Tells of each item which feature it needs; only where the documentation is built by a nightly compiler.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ambient;
#[cfg(feature = "axum")]
pub mod axum;
mod bulkhead;
pub mod call;
mod check;
mod circuit_breaker;
mod circuit_state;
mod class;
mod clock;
#[cfg(feature = "serde")]
mod config_serde;
#[cfg_attr(
    not(any(feature = "overrides", feature = "test-util")),
    allow(
        unused_macros,
        unused_imports,
        reason = "only overrides and the manifest look at options of every kind"
    )
)]
mod configured;
mod current;
mod error;
mod fallback;
#[cfg_attr(
    not(feature = "redis"),
    allow(dead_code, reason = "a program without a store asks none")
)]
mod fleet;
#[cfg(any(feature = "http", feature = "sqlx"))]
mod foreign;
pub mod functions;
mod grammar;
// Pages that only `rustdoc` reads.
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod health;
mod hedge;
mod histogram;
mod hook;
pub mod keyed;
mod kind;
#[cfg(feature = "test-util")]
pub mod manifest;
mod mode;
mod name;
pub mod observe;
#[cfg(feature = "overrides")]
pub mod overrides;
pub mod pipeline;
pub mod presets;
mod problem;
mod queue;
mod random;
mod rate_limit;
mod registry;
mod rejection;
#[cfg(feature = "reqwest")]
pub mod reqwest;
mod retry;
#[cfg(feature = "redis")]
pub mod shared;
mod stack;
mod stripe;
mod striped;
mod sync;
#[cfg(feature = "test-util")]
pub mod test;
mod timeout;
mod timer;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "http")]
pub mod wire;

#[doc(hidden)]
pub mod __private;

pub use resilience_macros::{
    bulkhead, circuit_breaker, fallback, health_check, hedge, rate_limit, resilient, retry, timeout,
};

// What users name often. No public module is called like an attribute: `use resilience::retry` would import it, too, and
// clash with a module `retry` of the user's.
pub use self::ambient::{
    CallId, Priority, attempt, call_id, deadline, detach, inherit, priority, remaining,
    with_priority,
};
pub use self::bulkhead::{Bulkhead, BulkheadConfig, QueueOrder};
pub use self::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig, Permit, Totals, Window};
pub use self::circuit_state::{Cause, CircuitState, Counts, StateChange};
pub use self::class::{Class, Classify};
pub use self::error::Error;
pub use self::fallback::Fallback;
pub use self::grammar::IntoDuration;
pub use self::health::{HealthChecker, HealthStatus};
pub use self::hedge::{Hedge, HedgeConfig};
pub use self::keyed::Keyed;
pub use self::kind::PolicyKind;
pub use self::mode::Mode;
pub use self::name::Name;
pub use self::pipeline::Pipeline;
pub use self::problem::Problem;
pub use self::rate_limit::{RateLimitConfig, RateLimiter};
pub use self::registry::{NameClash, Registry, registry, snapshot};
pub use self::rejection::{Rejection, RejectionKind};
pub use self::retry::{Backoff, Jitter, Retry, RetryConfig};
pub use self::stack::RetryEvent;
pub use self::stack::event::Event;
pub use self::stack::predicate;
pub use self::timeout::{Timeout, TimeoutConfig};

/// The front page's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// So do those on the attributes' pages, which the macro crate holds and can't run.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../docs/bulkhead.md")]
    struct Bulkhead;
    #[doc = include_str!("../docs/circuit_breaker.md")]
    struct CircuitBreaker;
    #[doc = include_str!("../docs/fallback.md")]
    struct Fallback;
    #[doc = include_str!("../docs/forms.md")]
    struct Forms;
    #[doc = include_str!("../docs/health_check.md")]
    struct HealthCheck;
    #[doc = include_str!("../docs/hedge.md")]
    struct Hedge;
    #[doc = include_str!("../docs/rate_limit.md")]
    struct RateLimit;
    #[doc = include_str!("../docs/resilient.md")]
    struct Resilient;
    #[doc = include_str!("../docs/retry.md")]
    struct Retry;
    #[doc = include_str!("../docs/timeout.md")]
    struct Timeout;
}
