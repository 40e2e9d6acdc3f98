//! Every policy of the program, listed before its first call.
//!
//! [`list`] the list itself, by kind and name · [`names`] clashes found · [`snapshot`] the state of everything as data ·
//! [`pace`] how much is read in one go.

mod list;
mod names;
pub(crate) mod pace;
pub mod snapshot;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;
#[cfg(feature = "overrides")]
use std::sync::OnceLock;

use self::list::List;
pub use self::names::NameClash;
use self::snapshot::Snapshot;
use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::fallback::Fallback;
use crate::functions::{self, Function};
use crate::health::HealthCheck;
use crate::hedge::Hedge;
use crate::keyed::Keyed;
use crate::name::{Listable, Listed, declared};
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
    /// Called with each policy that joins.
    #[cfg(feature = "overrides")]
    joins: OnceLock<fn(Listed)>,
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
        let registry = Registry {
            list: declared().collect(),
            #[cfg(feature = "overrides")]
            joins: OnceLock::new(),
        };
        names::report(&registry.name_clashes());
        registry
    });
    &REGISTRY
}

/// The one table of lists: type, methods for all and for one, how one is shown, what the list holds.
macro_rules! with_lists {
    ($then:ident) => {
        $then! {
            CircuitBreaker, circuit_breakers, circuit_breaker, CircuitBreakerSnapshot, "Circuit breakers.";
            Retry, retries, retry, RetrySnapshot, "Retries.";
            Timeout, timeouts, timeout, TimeoutSnapshot, "Timeouts.";
            Bulkhead, bulkheads, bulkhead, BulkheadSnapshot, "Bulkheads.";
            RateLimiter, rate_limiters, rate_limiter, RateLimiterSnapshot, "Rate limiters.";
            Fallback, fallbacks, fallback, FallbackSnapshot, "Fallbacks.";
            Hedge, hedges, hedge, HedgeSnapshot, "Hedges.";
            Pipeline, pipelines, pipeline, PipelineSnapshot, "Standard pipelines.";
            HealthCheck, health_checks, health_check, HealthCheckSnapshot, "Health checks.";
            Keyed<CircuitBreaker>, keyed_circuit_breakers, keyed_circuit_breaker,
                KeyedSnapshot<CircuitBreakerConfig>, "Circuit breakers per key.";
            Keyed<Bulkhead>, keyed_bulkheads, keyed_bulkhead,
                KeyedSnapshot<BulkheadConfig>, "Bulkheads per key.";
            Keyed<RateLimiter>, keyed_rate_limiters, keyed_rate_limiter,
                KeyedSnapshot<RateLimitConfig>, "Rate limiters per key.";
        }
    };
}
pub(crate) use with_lists;

macro_rules! look_ups {
    ($($policy:ty, $all:ident, $one:ident, $snapshot:ty, $doc:literal;)*) => {
        /// Look-ups.
        impl Registry {
            $(
                #[doc = concat!($doc, " In the order of their names.")]
                pub fn $all(&self) -> impl Iterator<Item = &'static $policy> + use<'_> {
                    self.list.of_kind::<$policy>()
                }

                #[doc = concat!("The one by that name. ", $doc)]
                #[must_use]
                pub fn $one(&self, name: &str) -> Option<&'static $policy> {
                    self.list.find::<$policy>(name)
                }
            )*
        }
    };
}

with_lists!(look_ups);

impl Registry {
    /// Adds a policy whose name is known only at run time, for good: it lives as long as the program.
    ///
    /// A name that another policy of the kind bears already is accepted, and reported by
    /// [`name_clashes`](Self::name_clashes), as a `tracing` error and by the health report, and look-ups find the one that came
    /// first. Look a name up before you insert it.
    pub fn insert<P: Listable>(&self, policy: P) -> &'static P {
        let policy: &'static P = Box::leak(Box::new(policy));
        let listed = policy.listed();
        self.list.add(listed);
        #[cfg(feature = "overrides")]
        if let Some(join) = self.joins.get() {
            join(listed);
        }
        names::report(self.list.clash(P::KIND, &listed.identity().name()).as_slice());
        policy
    }

    /// Calls `join` with each policy that is inserted from now on. There is one such function.
    #[cfg(feature = "overrides")]
    pub(crate) fn on_insert(&self, join: fn(Listed)) {
        self.joins.get_or_init(|| join);
    }

    /// Makes every policy as good as new: circuits are closed, budgets full, turns given back, and counts (but a breaker's
    /// lifetime totals) begin at zero. Options and modes stay, and so do calls that run or wait.
    ///
    /// ```
    /// use resilience::{CircuitBreaker, CircuitBreakerConfig, CircuitState, registry};
    ///
    /// let breaker = registry().insert(CircuitBreaker::new("stuck", CircuitBreakerConfig::new()));
    /// breaker.force_open();
    /// registry().reset_all();
    /// assert_eq!(breaker.state(), CircuitState::Closed);
    /// ```
    pub fn reset_all(&self) {
        self.listed().for_each(|listed| listed.any().reset());
    }

    /// Every policy, whatever its kind.
    pub(crate) fn listed(&self) -> impl Iterator<Item = Listed> + use<'_> {
        self.list.all()
    }

    /// The guarded functions of this program with their whole stacks, called or not, in the order of their names.
    ///
    /// ```standalone_crate
    /// use resilience::{bulkhead, circuit_breaker, registry};
    /// use resilience::{CircuitBreaker, Rejection};
    ///
    /// #[circuit_breaker(name = "payments")]
    /// static PAYMENTS: CircuitBreaker;
    ///
    /// #[circuit_breaker(PAYMENTS)]
    /// #[bulkhead(max_concurrent = 4)]
    /// fn charge(cents: u64) -> Result<u64, Rejection> {
    ///     Ok(cents)
    /// }
    ///
    /// let charge = registry().functions().find(|function| function.name().ends_with("::charge")).unwrap();
    /// let layers: Vec<_> = charge.layers().iter().map(|layer| (layer.kind.as_str(), layer.shared)).collect();
    /// assert_eq!(layers, [("circuit_breaker", true), ("bulkhead", false)]);
    /// assert_eq!(charge.layers()[0].policy.unwrap(), "payments");
    /// ```
    pub fn functions(&self) -> impl Iterator<Item = Function> + use<> {
        functions::all().into_iter()
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
