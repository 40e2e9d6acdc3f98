//! The state of every policy as data: what the health endpoint and the dashboard show.

use super::Registry;
use super::breaker::CircuitBreakerSnapshot;
use super::names::place;
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::fallback::Fallback;
use crate::health::{CheckReport, HealthCheck, HealthCheckConfig};
use crate::hedge::{Hedge, HedgeConfig};
use crate::keyed::{Keyed, KeyedTotals, PerKey};
use crate::name::Name;
use crate::pipeline::Pipeline;
use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::retry::{Retry, RetryConfig, RetryTotals};
use crate::timeout::{Timeout, TimeoutConfig};

/// The lists of the snapshot, each named like the registry's method that goes through it.
macro_rules! lists {
    ($(#[doc = $doc:literal] $list:ident: $snapshot:ty,)*) => {
        /// Every policy, by kind, sorted by name. With feature `serde` it serialises to the documented JSON.
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct Snapshot {
            $(#[doc = $doc] pub $list: Vec<$snapshot>,)*
        }

        impl Snapshot {
            pub(super) fn take(registry: &Registry) -> Self {
                Self { $($list: registry.$list().map(<$snapshot>::of).collect(),)* }
            }

            /// The JSON of a snapshot in pieces, each as of the moment in which it is taken.
            #[cfg(feature = "axum")]
            pub(crate) fn pieces() -> impl Iterator<Item = Vec<u8>> + Send {
                super::json::object([
                    $((stringify!($list), |registry| {
                        super::json::array(registry.$list(), <$snapshot>::of)
                    }),)*
                ])
            }
        }
    };
}

lists! {
    /// The circuit breakers.
    circuit_breakers: CircuitBreakerSnapshot,
    /// The retries.
    retries: RetrySnapshot,
    /// The timeouts.
    timeouts: TimeoutSnapshot,
    /// The bulkheads.
    bulkheads: BulkheadSnapshot,
    /// The rate limiters.
    rate_limiters: RateLimiterSnapshot,
    /// The fallbacks.
    fallbacks: FallbackSnapshot,
    /// The hedges.
    hedges: HedgeSnapshot,
    /// The standard pipelines.
    pipelines: PipelineSnapshot,
    /// The health checks.
    health_checks: HealthCheckSnapshot,
    /// Circuit breakers per key.
    keyed_circuit_breakers: KeyedSnapshot<CircuitBreakerConfig>,
    /// Bulkheads per key.
    keyed_bulkheads: KeyedSnapshot<BulkheadConfig>,
    /// Rate limiters per key.
    keyed_rate_limiters: KeyedSnapshot<RateLimitConfig>,
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
    /// One health check. A snapshot runs none.
    HealthCheckSnapshot of HealthCheck, HealthCheckConfig {
        /// What the last run found, however long ago; `None` before the first.
        last_report: Option<CheckReport>,
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
pub struct PipelineSnapshot {
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

impl PipelineSnapshot {
    /// The present state of `policy`.
    #[must_use]
    pub fn of(policy: &Pipeline) -> Self {
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
