//! The state of every policy as data: what the health endpoint and the dashboard show.

use super::Registry;
use super::breaker::CircuitBreakerSnapshot;
use super::names::place;
use crate::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Fallback, Hedge, HedgeConfig,
    Keyed, KeyedTotals, Name, PerKey, Policy, RateLimitConfig, RateLimiter, Retry, RetryConfig,
    RetryTotals, Timeout, TimeoutConfig,
};

/// Every policy, by kind, sorted by name. With feature `serde` it serialises to the documented JSON.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Snapshot {
    /// The circuit breakers.
    pub circuit_breakers: Vec<CircuitBreakerSnapshot>,
    /// The retries.
    pub retries: Vec<RetrySnapshot>,
    /// The timeouts.
    pub timeouts: Vec<TimeoutSnapshot>,
    /// The bulkheads.
    pub bulkheads: Vec<BulkheadSnapshot>,
    /// The rate limiters.
    pub rate_limiters: Vec<RateLimiterSnapshot>,
    /// The fallbacks.
    pub fallbacks: Vec<FallbackSnapshot>,
    /// The hedges.
    pub hedges: Vec<HedgeSnapshot>,
    /// The standard pipelines.
    pub policies: Vec<PolicySnapshot>,
    /// Circuit breakers per key.
    pub keyed_circuit_breakers: Vec<KeyedSnapshot<CircuitBreakerConfig>>,
    /// Bulkheads per key.
    pub keyed_bulkheads: Vec<KeyedSnapshot<BulkheadConfig>>,
    /// Rate limiters per key.
    pub keyed_rate_limiters: Vec<KeyedSnapshot<RateLimitConfig>>,
}

impl Snapshot {
    pub(super) fn take(registry: &Registry) -> Self {
        Self {
            circuit_breakers: registry.circuit_breakers().map(CircuitBreakerSnapshot::of).collect(),
            retries: registry.retries().map(RetrySnapshot::of).collect(),
            timeouts: registry.timeouts().map(TimeoutSnapshot::of).collect(),
            bulkheads: registry.bulkheads().map(BulkheadSnapshot::of).collect(),
            rate_limiters: registry.rate_limiters().map(RateLimiterSnapshot::of).collect(),
            fallbacks: registry.fallbacks().map(FallbackSnapshot::of).collect(),
            hedges: registry.hedges().map(HedgeSnapshot::of).collect(),
            policies: registry.policies().map(PolicySnapshot::of).collect(),
            keyed_circuit_breakers: registry
                .keyed_circuit_breakers()
                .map(KeyedSnapshot::of)
                .collect(),
            keyed_bulkheads: registry.keyed_bulkheads().map(KeyedSnapshot::of).collect(),
            keyed_rate_limiters: registry.keyed_rate_limiters().map(KeyedSnapshot::of).collect(),
        }
    }
}

/// The snapshot of a kind that has little to tell: name, location, a few figures, options.
macro_rules! plain {
    ($(#[doc = $doc:literal] $name:ident of $policy:ident $(, $config:ident)? {
        $(#[doc = $field_doc:literal] $field:ident: $type:ty,)*
    })*) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Debug, PartialEq)]
            #[cfg_attr(feature = "serde", derive(serde::Serialize))]
            #[non_exhaustive]
            pub struct $name {
                /// Its name.
                pub name: Name,
                /// Where it is declared, as `file:line`.
                pub location: String,
                $(#[doc = $field_doc] pub $field: $type,)*
                $(
                    /// Its options.
                    pub config: $config,
                )?
            }

            impl $name {
                /// The present state of one policy.
                #[must_use]
                pub fn of(policy: &$policy) -> Self {
                    Self {
                        name: policy.name(),
                        location: place(policy.identity()),
                        $($field: policy.$field(),)*
                        $(config: <$config>::clone(policy.config()),)?
                    }
                }
            }
        )*
    };
}

plain! {
    /// One retry.
    RetrySnapshot of Retry, RetryConfig {
        /// What it did so far.
        totals: RetryTotals,
    }
    /// One timeout.
    TimeoutSnapshot of Timeout, TimeoutConfig {
        /// How many calls it cut off.
        timed_out: u64,
        /// How many calls it didn't start, since their deadline had passed.
        deadline_exceeded: u64,
    }
    /// One bulkhead.
    BulkheadSnapshot of Bulkhead, BulkheadConfig {
        /// How many calls run.
        in_flight: u32,
        /// How many calls wait.
        queued: u32,
        /// How many calls it refused.
        rejected: u64,
    }
    /// One rate limiter.
    RateLimiterSnapshot of RateLimiter, RateLimitConfig {
        /// How many calls would pass right now.
        available: u64,
        /// How many calls it refused.
        rejected: u64,
    }
    /// One fallback.
    FallbackSnapshot of Fallback {
        /// How often one of its expressions was tried.
        used: u64,
    }
    /// One hedge.
    HedgeSnapshot of Hedge, HedgeConfig {
        /// How many attempts it started beyond the first ones.
        hedged: u64,
    }
}

/// One standard pipeline: the names of its parts, which are listed under their kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicySnapshot {
    /// Its name.
    pub name: Name,
    /// Where it is declared, as `file:line`.
    pub location: String,
    /// The outermost part.
    pub rate_limit: Option<Name>,
    /// How many whole calls run at once.
    pub bulkhead: Option<Name>,
    /// The limit on the whole call.
    pub timeout: Option<Name>,
    /// Attempts.
    pub retry: Option<Name>,
    /// Judges each attempt.
    pub circuit_breaker: Option<Name>,
    /// The limit on each attempt.
    pub attempt_timeout: Option<Name>,
}

impl PolicySnapshot {
    /// The present state of `policy`.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let parts = policy.parts();
        Self {
            name: policy.name(),
            location: place(policy.identity()),
            rate_limit: parts.rate_limit.map(RateLimiter::name),
            bulkhead: parts.bulkhead.map(Bulkhead::name),
            timeout: parts.timeout.map(Timeout::name),
            retry: parts.retry.map(Retry::name),
            circuit_breaker: parts.circuit_breaker.map(CircuitBreaker::name),
            attempt_timeout: parts.attempt_timeout.map(Timeout::name),
        }
    }
}

/// One policy per key, all keys together.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeyedSnapshot<C> {
    /// Its name.
    pub name: Name,
    /// Where it is declared, as `file:line`.
    pub location: String,
    /// What all keys amount to.
    pub totals: KeyedTotals,
    /// The options of each key's policy.
    pub config: C,
}

impl<C: Clone> KeyedSnapshot<C> {
    /// The present state of `keyed`.
    #[must_use]
    pub fn of<P: PerKey<Config = C>>(keyed: &Keyed<P>) -> Self {
        Self {
            name: keyed.name(),
            location: place(keyed.identity()),
            totals: keyed.totals(),
            config: keyed.config().clone(),
        }
    }
}
