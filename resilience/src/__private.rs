//! The complete list of what generated code may name. Nothing here is public interface.

pub use core::ops::ControlFlow::{Break, Continue};
pub use core::pin::pin;
pub use core::time::Duration;

pub use inventory::submit;

pub use crate::ambient::Priority;
pub use crate::bulkhead::guard::{
    guard as bulkhead, guard_by_default as bulkhead_by_default,
    guard_priority as bulkhead_priority, priority,
};
pub use crate::bulkhead::{Bulkhead, BulkheadConfig, QueueOrder};
pub use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
pub use crate::circuit_breaker::{Window, WindowOf};
pub use crate::circuit_breaker::{
    guard as circuit_breaker, guard_by_default as circuit_breaker_by_default,
};
pub use crate::fallback::Fallback;
pub use crate::fallback::{PlainReturn, ReturnType};
pub use crate::health::check::Probe;
pub use crate::health::run::probe;
pub use crate::health::{HealthCheck, HealthCheckConfig};
pub use crate::hedge::hedge;
pub use crate::hedge::{Hedge, HedgeConfig};
pub use crate::keyed::{Key, KeyByDebug, KeyByDisplay, Keyed, of_key};
pub use crate::kind::PolicyKind;
pub use crate::name::LayerSite::{Shared, Unknown};
pub use crate::name::{Identity, Origin, Site};
pub use crate::pipeline::Pipeline;
pub use crate::rate_limit::{RateLimitConfig, RateLimiter, Unavailable};
pub use crate::rate_limit::{cost, guard as rate_limit, guard_cost as rate_limit_cost};
pub use crate::rejection::Rejection;
pub use crate::retry::attempts::begin;
pub use crate::retry::future::attempt;
pub use crate::retry::once::{attempt_if, or_once};
pub use crate::retry::{Backoff, Jitter, Retry, RetryConfig};
#[cfg(feature = "test-util")]
pub use crate::stack::faults;
pub use crate::stack::inspect::NoInspector;
pub use crate::stack::ladder;
pub use crate::stack::ladder::Of;
pub use crate::stack::verdict::{Verdict, by_default};
pub use crate::stack::{
    answered, body, either, finish, finish_elsewhere, finish_unrefused, finish_with, never, pinned,
    returns_result, slot, static_ref,
};
pub use crate::timeout::future::{guard as timeout, guard_after as timeout_after};
pub use crate::timeout::total::{begin_within, settle_within, total, total_after, within};
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

/// Leads to a static of the function: a function item, which is cheaper for the compiler than a closure, whose type it
/// would have to infer.
#[doc(hidden)]
#[macro_export]
macro_rules! __static_ref {
    ($place:expr, $policy:ty) => {{
        #[inline]
        fn __resilience_place() -> &'static $policy {
            $place
        }
        $crate::__private::static_ref(__resilience_place)
    }};
}
pub use __static_ref as static_ref;

/// Climbs all ladders for the results of a function: those of a type, or of one that may be no `Result`. The type of a
/// value that isn't written, as in `Result<impl Sized, E>`, is asked for nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __inspect {
    (result $output:ty $(, but no $what:ident)?) => {
        $crate::__private::inspect!(@ $crate::__private::Of::<$output>::new() $(, $what)?)
    };
    (plain_or_not $output:ty $(, but no $what:ident)?) => {{
        #[allow(unused_imports)]
        use $crate::__private::PlainReturn as _;
        $crate::__private::inspect!(
            @ $crate::__private::ReturnType::<$output>::new().__resilience_of() $(, $what)?
        )
    }};
    (@ $of:expr) => {
        $crate::__private::inspect!(@ $of, __resilience_value)
    };
    (@ $of:expr, value) => {
        $crate::__private::inspect!(@ $of, __resilience_unknown_value)
    };
    (@ $of:expr, $value:ident) => {{
        #[allow(unused_imports)]
        use $crate::__private::ladder::lower::*;
        let of = $of;
        $crate::__private::ladder::inspected(
            of,
            (&of).__resilience_find(),
            of.__resilience_error(),
            of.$value(),
            of.__resilience_show(),
        )
    }};
}
pub use __inspect as inspect;

/// The text of an error whose type is known to the compiler alone.
#[doc(hidden)]
#[macro_export]
macro_rules! __text {
    ($error:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::ladder::lower::*;
        let __resilience_error = $error;
        $crate::__private::ladder::show(
            $crate::__private::ladder::of_error(__resilience_error).__resilience_show(),
            __resilience_error,
        )
    }};
}
pub use __text as text;

/// The value of the flag `shared`, where there can be a store.
#[cfg(feature = "redis")]
#[doc(hidden)]
#[macro_export]
macro_rules! __shared {
    ($flag:expr) => {
        $flag
    };
}
/// The same in a program that can have none.
#[cfg(not(feature = "redis"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __shared {
    ($flag:expr) => {
        ::core::compile_error!(
            "`shared` needs the feature `redis` of the crate `resilience`, which brings the store that replicas share: add \
             `features = [\"redis\"]` to that dependency in Cargo.toml"
        )
    };
}
pub use __shared as shared;

/// What a fault becomes at the edge of a function without a policy that rejects.
#[cfg(feature = "test-util")]
#[doc(hidden)]
#[macro_export]
macro_rules! __reject {
    ($output:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::faults::{
            RejectByFrom as _, RejectInError as _, RejectNowhere as _, Returned,
        };
        |rejection| (&&Returned::<$output>::new()).__resilience_reject(rejection)
    }};
}
#[cfg(feature = "test-util")]
pub use __reject as reject;

/// What an error that a test gave becomes, in the place of a body.
#[cfg(feature = "test-util")]
#[doc(hidden)]
#[macro_export]
macro_rules! __fault {
    ($output:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::faults::{FailNowhere as _, FailWithError as _, Returned};
        |fault| (&Returned::<$output>::new()).__resilience_fault(fault)
    }};
}
#[cfg(feature = "test-util")]
pub use __fault as fault;

/// Wrapped around constant expressions, so that a bad value is reported at the option.
pub mod check {
    pub use crate::check::{
        count, factor, positive, ratio, samples, shares, tolerance, window as sample_window,
    };
    pub use crate::rate_limit::checked_rate as rate;
}

/// The same steps for synchronous functions.
pub mod blocking {
    pub use crate::bulkhead::guard::{
        guard_blocking as bulkhead, guard_priority_blocking as bulkhead_priority,
    };
    pub use crate::circuit_breaker::guard_blocking as circuit_breaker;
    pub use crate::rate_limit::{
        guard_blocking as rate_limit, guard_cost_blocking as rate_limit_cost,
    };
    pub use crate::retry::blocking::{attempt_blocking as attempt, pause_blocking as pause};
    pub use crate::stack::body_blocking as body;
}
