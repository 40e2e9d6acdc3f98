//! Circuit breakers, retries, timeouts and bulkheads, as attributes that the compiler checks.
#![forbid(unsafe_code)]

mod ambient;
#[cfg(feature = "axum")]
pub mod axum;
mod bulkhead;
mod check;
mod circuit_breaker;
mod clock;
#[cfg(feature = "serde")]
mod config_serde;
mod event;
mod fallback;
mod health;
mod hedge;
mod hook;
mod judged;
mod keyed;
mod kind;
mod name;
mod pipeline;
mod policy;
pub mod presets;
mod random;
mod rate_limit;
mod registry;
mod rejection;
mod retry;
mod sync;
mod timeout;
mod verdict;

#[doc(hidden)]
pub mod __private;

pub use resilience_macros::{bulkhead, circuit_breaker, retry, timeout};

pub use self::ambient::{CallId, attempt, call_id, deadline, remaining};
pub use self::bulkhead::{Bulkhead, BulkheadConfig, BulkheadPermit};
pub use self::circuit_breaker::{
    Cause, CircuitBreaker, CircuitBreakerConfig, Counts, Permit, State, StateChange, Totals, Trip, Window,
};
pub use self::event::{Event, Events};
pub use self::fallback::Fallback;
pub use self::health::{CheckReport, HealthCheck, HealthCheckConfig, HealthChecker, HealthStatus};
pub use self::hedge::{Hedge, HedgeConfig};
pub use self::keyed::{Key, KeySnapshot, Keyed, KeyedInstance, KeyedTotals, PerKey};
pub use self::kind::PolicyKind;
pub use self::name::Name;
pub use self::policy::{Parts, Policy};
pub use self::rate_limit::{RateLimitConfig, RateLimiter};
pub use self::registry::{
    BulkheadSnapshot, CircuitBreakerSnapshot, FallbackSnapshot, HedgeSnapshot, KeyedSnapshot, Listable, NameClash,
    PolicySnapshot, RateLimiterSnapshot, Registry, RetrySnapshot, Snapshot, TimeoutSnapshot, TripSnapshot, registry,
};
pub use self::rejection::{Rejection, RejectionKind};
pub use self::retry::{Backoff, Jitter, Retry, RetryConfig, RetryEvent, RetryTotals};
pub use self::timeout::{Timeout, TimeoutConfig};
