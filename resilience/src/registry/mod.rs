//! Every policy of the program, listed before its first call.
//!
//! [`listed`] the list itself and what gets onto it · [`names`] default names told apart, clashes found · [`snapshot`]
//! the state of everything as data, [`breaker`] a circuit breaker's.

mod breaker;
mod listed;
mod names;
mod snapshot;

use std::sync::LazyLock;

use parking_lot::RwLock;

pub use self::breaker::{CircuitBreakerSnapshot, LatencySnapshot, TripSnapshot};
pub use self::listed::{Listable, Listed, Site};
pub use self::names::NameClash;
pub(crate) use self::names::settle;
pub use self::snapshot::{
    BulkheadSnapshot, FallbackSnapshot, HedgeSnapshot, KeyedSnapshot, PolicySnapshot,
    RateLimiterSnapshot, RetrySnapshot, Snapshot, TimeoutSnapshot,
};
use crate::event::Events;
use crate::{
    Bulkhead, CircuitBreaker, Fallback, HealthCheck, Hedge, Keyed, Policy, RateLimiter, Retry,
    Timeout,
};

/// The policies of this program: look them up, list them, watch them.
///
/// Annotated functions and declared statics are in it from the start, called or not; policies whose names are known
/// only at run time join by [`insert`](Self::insert).
#[derive(Debug)]
pub struct Registry {
    /// What the linker collected.
    declared: Vec<Listed>,
    inserted: RwLock<Vec<Listed>>,
}

/// The registry of this program.
///
/// ```
/// use resilience::{CircuitBreaker, CircuitBreakerConfig, registry};
///
/// let tenant = String::from("acme");
/// let breaker = registry().insert(CircuitBreaker::new(tenant.leak(), CircuitBreakerConfig::new()));
/// breaker.force_open();
/// assert_eq!(registry().circuit_breaker("acme").unwrap().state(), resilience::State::ForcedOpen);
/// ```
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        let registry = Registry { declared: listed::declared(), inserted: RwLock::default() };
        names::report(&registry.verify());
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
                self.of_kind::<$policy>().into_iter()
            }

            /// The policy of this kind by that name.
            #[must_use]
            pub fn $one(&self, name: &str) -> Option<&'static $policy> {
                self.find::<$policy>(name)
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
        Policy, policies, policy;
        Keyed<CircuitBreaker>, keyed_circuit_breakers, keyed_circuit_breaker;
        Keyed<Bulkhead>, keyed_bulkheads, keyed_bulkhead;
        Keyed<RateLimiter>, keyed_rate_limiters, keyed_rate_limiter;
    }

    /// Adds a policy whose name is known only at run time, for good: it lives as long as the program.
    ///
    /// A name that another policy of the kind bears already is not refused: it is reported by
    /// [`verify`](Self::verify), as a `tracing` error and by the health report, and look-ups find the one that came
    /// first. Look a name up before you insert it.
    pub fn insert<P: Listable>(&self, policy: P) -> &'static P {
        let policy: &'static P = Box::leak(Box::new(policy));
        self.inserted.write().push(policy.listed());
        names::report(&self.clashes_with(P::KIND, policy.identity().name().as_str()));
        policy
    }

    /// Explicit names that two policies of one kind bear, the declared ones and the inserted ones.
    pub fn verify(&self) -> Vec<NameClash> {
        names::clashes(&self.all())
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

    fn clashes_with(&self, kind: crate::PolicyKind, name: &str) -> Vec<NameClash> {
        let bears_it = |policy: &Listed| policy.kind() == kind && policy.identity().name() == name;
        names::clashes(&self.all().into_iter().filter(bears_it).collect::<Vec<_>>())
    }

    fn all(&self) -> Vec<Listed> {
        [self.declared.as_slice(), self.inserted.read().as_slice()].concat()
    }

    fn of_kind<P: Listable>(&self) -> Vec<&'static P> {
        let mut policies: Vec<_> = self.all().into_iter().filter_map(P::from_listed).collect();
        policies.sort_by_key(|policy| policy.identity().name());
        policies
    }

    fn find<P: Listable>(&self, name: &str) -> Option<&'static P> {
        self.all()
            .into_iter()
            .filter_map(P::from_listed)
            .find(|policy| policy.identity().name() == name)
    }
}
