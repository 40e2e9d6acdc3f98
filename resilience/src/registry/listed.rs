//! What is listed, and how it gets there: the linker collects a [`Site`] from each annotated item.

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::fallback::Fallback;
use crate::health::HealthCheck;
use crate::hedge::Hedge;
use crate::keyed::Keyed;
use crate::kind::PolicyKind;
use crate::name::Identity;
use crate::pipeline::Pipeline;
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::timeout::Timeout;

/// The policies of one annotated item.
#[derive(Debug)]
pub struct Site(pub &'static [Listed]);

inventory::collect!(Site);

/// Everything that was annotated anywhere in the program.
pub(super) fn declared() -> impl Iterator<Item = Listed> {
    inventory::iter::<Site>().flat_map(|site| site.0.iter().copied())
}

/// A policy that the registry can list. Only this crate's policies are.
pub trait Listable: sealed::Sealed + Sized + 'static {
    #[doc(hidden)]
    const KIND: PolicyKind;
    #[doc(hidden)]
    fn listed(&'static self) -> Listed;
    #[doc(hidden)]
    fn from_listed(listed: Listed) -> Option<&'static Self>;
    #[doc(hidden)]
    fn identity(&self) -> &Identity;
}

mod sealed {
    pub trait Sealed {}
}

/// Everything about what can be listed follows from one table.
macro_rules! listed {
    ($(#[doc = $doc:literal] $variant:ident($policy:ty): $kind:ident,)*) => {
        /// A listed policy of any kind.
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub enum Listed {
            $(#[doc = $doc] $variant(&'static $policy),)*
        }

        impl Listed {
            pub(crate) fn kind(self) -> PolicyKind {
                match self {
                    $(Self::$variant(_) => PolicyKind::$kind,)*
                }
            }

            pub(crate) fn identity(self) -> &'static Identity {
                match self {
                    $(Self::$variant(policy) => policy.identity(),)*
                }
            }
        }

        $(
            impl sealed::Sealed for $policy {}

            impl Listable for $policy {
                const KIND: PolicyKind = PolicyKind::$kind;

                fn listed(&'static self) -> Listed {
                    Listed::$variant(self)
                }

                fn from_listed(listed: Listed) -> Option<&'static Self> {
                    match listed {
                        Listed::$variant(policy) => Some(policy),
                        _ => None,
                    }
                }

                fn identity(&self) -> &Identity {
                    self.identity()
                }
            }
        )*
    };
}

listed! {
    /// A circuit breaker.
    CircuitBreaker(CircuitBreaker): CircuitBreaker,
    /// A retry.
    Retry(Retry): Retry,
    /// A timeout.
    Timeout(Timeout): Timeout,
    /// A bulkhead.
    Bulkhead(Bulkhead): Bulkhead,
    /// A rate limiter.
    RateLimiter(RateLimiter): RateLimiter,
    /// A fallback.
    Fallback(Fallback): Fallback,
    /// A hedge.
    Hedge(Hedge): Hedge,
    /// A health check.
    HealthCheck(HealthCheck): HealthCheck,
    /// A standard pipeline.
    Pipeline(Pipeline): Pipeline,
    /// A circuit breaker per key.
    KeyedCircuitBreaker(Keyed<CircuitBreaker>): CircuitBreaker,
    /// A bulkhead per key.
    KeyedBulkhead(Keyed<Bulkhead>): Bulkhead,
    /// A rate limiter per key.
    KeyedRateLimiter(Keyed<RateLimiter>): RateLimiter,
}
