//! The state of every policy as data: what the health endpoint and the dashboard show.

mod breaker;
mod function;

pub use self::breaker::{CircuitBreakerSnapshot, LatencySnapshot, TripSnapshot};
pub use self::function::{FunctionSnapshot, LayerSnapshot};
use super::{Registry, with_lists};
pub use crate::bulkhead::{AdaptiveLimit, BulkheadTotals};
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
pub use crate::circuit_breaker::{Thresholds, Trip};
use crate::fallback::Fallback;
use crate::functions::Function;
use crate::health::{CheckReport, HealthCheck, HealthCheckConfig};
pub use crate::hedge::HedgeTotals;
use crate::hedge::{Hedge, HedgeConfig};
pub use crate::histogram::Histogram;
pub use crate::keyed::KeyedTotals;
use crate::keyed::{Keyed, PerKey};
use crate::name::Name;
use crate::pipeline::Pipeline;
use crate::rate_limit::{RateLimitConfig, RateLimiter};
pub use crate::rate_limit::{RateLimiterTotals, Sharing};
pub use crate::retry::{NestedRetries, RetryTotals};
use crate::retry::{Retry, RetryConfig};
pub use crate::timeout::TimeoutTotals;
use crate::timeout::{Timeout, TimeoutConfig};

macro_rules! lists {
    ($($policy:ty, $all:ident, $one:ident, $snapshot:ty, $doc:literal;)*) => {
        /// Every policy, by kind, and every guarded function, sorted by name. With feature `serde` it serialises to the documented JSON.
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct Snapshot {
            $(#[doc = $doc] pub $all: Vec<$snapshot>,)*
            /// Guarded functions.
            pub functions: Vec<FunctionSnapshot>,
            /// Retries that began inside an attempt of another retry.
            pub nested_retries: Vec<NestedRetries>,
        }

        impl Snapshot {
            pub(super) fn take(registry: &Registry) -> Self {
                Self {
                    $($all: registry.$all().map(<$policy>::snapshot).collect(),)*
                    functions: registry.functions().map(Function::snapshot).collect(),
                    nested_retries: registry.retries().flat_map(Retry::nested).collect(),
                }
            }
        }
    };
}

with_lists!(lists);

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

            impl $policy {
                /// The present state as data.
                #[must_use]
                pub fn snapshot(&self) -> $name {
                    $name {
                        name: self.name(),
                        location: self.identity().place(),
                        $($field: self.$field(),)*
                        $(config: <$config>::clone(self.config()),)?
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
        /// What it did so far.
        totals: TimeoutTotals,
    }
    /// One bulkhead.
    BulkheadSnapshot of Bulkhead, BulkheadConfig {
        /// How many calls run.
        in_flight: u32,
        /// How many calls wait.
        queued: u32,
        /// The limit in force, in whole calls.
        limit: u32,
        /// What an adaptive limit knows; `None` where the limit is fixed.
        adaptive: Option<AdaptiveLimit>,
        /// What it did so far.
        totals: BulkheadTotals,
    }
    /// One rate limiter.
    RateLimiterSnapshot of RateLimiter, RateLimitConfig {
        /// How many calls would pass right now.
        available: u64,
        /// How the replicas of the service share it; `None` if they don't.
        shared: Option<Sharing>,
        /// What it did so far.
        totals: RateLimiterTotals,
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
        /// What it did so far.
        totals: HedgeTotals,
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
    /// The limit on the whole call: the outermost part.
    pub timeout: Option<Name>,
    /// How many whole calls begin in a time window.
    pub rate_limit: Option<Name>,
    /// How many whole calls run at once.
    pub bulkhead: Option<Name>,
    /// Attempts.
    pub retry: Option<Name>,
    /// Judges each attempt.
    pub circuit_breaker: Option<Name>,
    /// The limit on each attempt.
    pub attempt_timeout: Option<Name>,
}

impl Pipeline {
    /// The present state as data.
    #[must_use]
    pub fn snapshot(&self) -> PipelineSnapshot {
        let parts = self.parts();
        PipelineSnapshot {
            name: self.name(),
            location: self.identity().place(),
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

impl<P: PerKey> Keyed<P> {
    /// The present state of all keys together, as data.
    #[must_use]
    pub fn snapshot(&self) -> KeyedSnapshot<P::Config> {
        KeyedSnapshot {
            name: self.name(),
            location: self.identity().place(),
            totals: self.totals(),
            config: self.config().clone(),
        }
    }
}
