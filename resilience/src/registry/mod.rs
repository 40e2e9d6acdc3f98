//! Every policy of the program, listed before its first call.
//!
//! [`listed`] what gets onto the list · [`list`] the list itself, by kind and name · [`names`] default names told apart,
//! clashes found · [`snapshot`] the state of everything as data, [`breaker`] a circuit breaker's · `json` the same as text, bit by bit.

mod breaker;
#[cfg(feature = "axum")]
mod json;
mod list;
mod listed;
mod names;
mod snapshot;

use std::sync::LazyLock;

pub use self::breaker::{CircuitBreakerSnapshot, LatencySnapshot, TripSnapshot};
#[cfg(feature = "axum")]
pub(crate) use self::json::array;
use self::list::List;
pub use self::listed::{Listable, Listed, Site};
pub use self::names::NameClash;
pub(crate) use self::names::settle;
pub use self::snapshot::{
    BulkheadSnapshot, FallbackSnapshot, HealthCheckSnapshot, HedgeSnapshot, KeyedSnapshot,
    PipelineSnapshot, RateLimiterSnapshot, RetrySnapshot, Snapshot, TimeoutSnapshot,
};
use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::fallback::Fallback;
use crate::health::HealthCheck;
use crate::hedge::Hedge;
use crate::keyed::Keyed;
use crate::pipeline::Pipeline;
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::stack::event::Events;
use crate::timeout::Timeout;

/// The policies of this program: look them up, list them, watch them.
///
/// Annotated functions and declared statics are in it from the start, called or not; policies whose names are known
/// only at run time join by [`insert`](Self::insert).
#[derive(Debug)]
pub struct Registry {
    list: List,
}

/// The registry of this program.
///
/// ```
/// use resilience::{CircuitBreaker, CircuitBreakerConfig, registry};
///
/// let tenant = String::from("acme");
/// let breaker = registry().insert(CircuitBreaker::new(tenant.leak(), CircuitBreakerConfig::new()));
/// breaker.force_open();
/// assert_eq!(registry().circuit_breaker("acme").unwrap().state(), resilience::CircuitState::ForcedOpen);
/// ```
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        // What the linker collected.
        let registry = Registry { list: listed::declared().collect() };
        names::report(&registry.name_clashes());
        registry
    });
    &REGISTRY
}

/// One pair of look-ups for each kind.
macro_rules! kinds {
    ($($policy:ty, $all:ident, $one:ident;)*) => {
        $(
            /// All policies of this kind, in the order of their names.
            pub fn $all(&self) -> impl Iterator<Item = &'static $policy> + use<> {
                self.list.of_kind::<$policy>().into_iter()
            }

            /// The policy of this kind by that name.
            #[must_use]
            pub fn $one(&self, name: &str) -> Option<&'static $policy> {
                self.list.find::<$policy>(name)
            }
        )*
    };
}

impl Registry {
    kinds! {
        CircuitBreaker, circuit_breakers, circuit_breaker;
        Retry, retries, retry;
        Timeout, timeouts, timeout;
        Bulkhead, bulkheads, bulkhead;
        RateLimiter, rate_limiters, rate_limiter;
        Fallback, fallbacks, fallback;
        Hedge, hedges, hedge;
        HealthCheck, health_checks, health_check;
        Pipeline, pipelines, pipeline;
        Keyed<CircuitBreaker>, keyed_circuit_breakers, keyed_circuit_breaker;
        Keyed<Bulkhead>, keyed_bulkheads, keyed_bulkhead;
        Keyed<RateLimiter>, keyed_rate_limiters, keyed_rate_limiter;
    }

    /// Adds a policy whose name is known only at run time, for good: it lives as long as the program.
    ///
    /// A name that another policy of the kind bears already is not refused: it is reported by
    /// [`name_clashes`](Self::name_clashes), as a `tracing` error and by the health report, and look-ups find the one that came
    /// first. Look a name up before you insert it.
    pub fn insert<P: Listable>(&self, policy: P) -> &'static P {
        let policy: &'static P = Box::leak(Box::new(policy));
        self.list.add(policy.listed());
        names::report(self.list.clash(P::KIND, &policy.identity().name()).as_slice());
        policy
    }

    /// Explicit names that two policies of one kind bear, the declared ones and the inserted ones.
    pub fn name_clashes(&self) -> Vec<NameClash> {
        self.list.clashes()
    }

    /// Everything that happens to policies from now on. A slow reader loses the oldest events and is
    /// [told so](crate::Event::Missed); calls never wait for it.
    pub fn events(&self) -> Events {
        Events::subscribe()
    }

    /// The state of every policy as data, sorted by name.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(self)
    }
}
