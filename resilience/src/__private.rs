//! The complete list of what generated code may name. Nothing here is public interface.

pub use core::ops::ControlFlow::{Break, Continue};
pub use core::time::Duration;

pub use inventory::submit;

pub use crate::bulkhead::future::guard as bulkhead;
pub use crate::bulkhead::{Bulkhead, BulkheadConfig};
pub use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
pub use crate::circuit_breaker::{Window, WindowOf, guard as circuit_breaker};
pub use crate::fallback::Fallback;
pub use crate::fallback::{Hidden, PlainReturn, ReturnType, Shown, Unseen};
pub use crate::health::{HealthCheck, HealthCheckConfig};
pub use crate::health::{Probe, probe};
pub use crate::hedge::hedge;
pub use crate::hedge::{Hedge, HedgeConfig};
pub use crate::keyed::{Key, Keyed};
pub use crate::name::{Identity, Origin, Site};
pub use crate::pipeline::Pipeline;
pub use crate::rate_limit::{RateLimitConfig, RateLimiter};
pub use crate::rate_limit::{cost, guard as rate_limit, guard_cost as rate_limit_cost};
pub use crate::rejection::Rejection;
pub use crate::retry::attempts::begin;
pub use crate::retry::future::attempt;
pub use crate::retry::once::{attempt_if, or_once};
pub use crate::retry::{Backoff, Jitter, Retry, RetryConfig};
pub use crate::stack::verdict::{
    Verdict, always, by_default, judge, never as no, timed_out, when_err,
};
pub use crate::stack::{
    answered, body, either, finish, finish_unrefused, finish_with, never, returns_result,
    static_ref,
};
pub use crate::timeout::future::{guard as timeout, guard_after as timeout_after};
pub use crate::timeout::{Timeout, TimeoutConfig};

/// Exports a macro that does nothing: the compiler reports a second one of that name in the crate. The item comes from
/// outside, for errors about it to point at the user's name.
#[doc(hidden)]
#[macro_export]
macro_rules! __unique {
    ($item:item) => {
        #[doc(hidden)]
        #[allow(non_local_definitions)]
        #[macro_export]
        $item
    };
}
pub use __unique as unique;

/// Wrapped around constant expressions, so that a bad value is reported at the option.
pub mod check {
    pub use crate::check::{count, factor, positive, ratio};
    pub use crate::rate_limit::checked_rate as rate;
}

/// The same steps for synchronous functions.
pub mod blocking {
    pub use crate::bulkhead::future::guard_blocking as bulkhead;
    pub use crate::circuit_breaker::guard_blocking as circuit_breaker;
    pub use crate::rate_limit::{
        guard_blocking as rate_limit, guard_cost_blocking as rate_limit_cost,
    };
    pub use crate::retry::blocking::{attempt_blocking as attempt, pause_blocking as pause};
    pub use crate::stack::body_blocking as body;
}
