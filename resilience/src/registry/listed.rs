//! What is listed, and how it gets there: the linker collects a [`Site`] from each annotated item.

use crate::name::Identity;
use crate::{Bulkhead, CircuitBreaker, Fallback, HealthCheck, Hedge, Policy, PolicyKind, RateLimiter, Retry, Timeout};

/// A listed policy of any kind.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Listed {
    /// A circuit breaker.
    CircuitBreaker(&'static CircuitBreaker),
    /// A retry.
    Retry(&'static Retry),
    /// A timeout.
    Timeout(&'static Timeout),
    /// A bulkhead.
    Bulkhead(&'static Bulkhead),
    /// A rate limiter.
    RateLimiter(&'static RateLimiter),
    /// A fallback.
    Fallback(&'static Fallback),
    /// A hedge.
    Hedge(&'static Hedge),
    /// A health check.
    HealthCheck(&'static HealthCheck),
    /// A standard pipeline.
    Policy(&'static Policy),
}

/// The policies of one annotated item.
#[derive(Debug)]
pub struct Site(pub &'static [Listed]);

inventory::collect!(Site);

/// Everything that was annotated anywhere in the program.
pub(super) fn declared() -> Vec<Listed> {
    inventory::iter::<Site>().flat_map(|site| site.0.iter().copied()).collect()
}

impl Listed {
    pub(crate) fn kind(self) -> PolicyKind {
        match self {
            Self::CircuitBreaker(_) => PolicyKind::CircuitBreaker,
            Self::Retry(_) => PolicyKind::Retry,
            Self::Timeout(_) => PolicyKind::Timeout,
            Self::Bulkhead(_) => PolicyKind::Bulkhead,
            Self::RateLimiter(_) => PolicyKind::RateLimiter,
            Self::Fallback(_) => PolicyKind::Fallback,
            Self::Hedge(_) => PolicyKind::Hedge,
            Self::HealthCheck(_) => PolicyKind::HealthCheck,
            Self::Policy(_) => PolicyKind::Policy,
        }
    }

    pub(crate) fn identity(self) -> &'static Identity {
        match self {
            Self::CircuitBreaker(policy) => policy.identity(),
            Self::Retry(policy) => policy.identity(),
            Self::Timeout(policy) => policy.identity(),
            Self::Bulkhead(policy) => policy.identity(),
            Self::RateLimiter(policy) => policy.identity(),
            Self::Fallback(policy) => policy.identity(),
            Self::Hedge(policy) => policy.identity(),
            Self::HealthCheck(policy) => policy.identity(),
            Self::Policy(policy) => policy.identity(),
        }
    }
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

macro_rules! listable {
    ($($policy:ident)*) => {
        $(
            impl sealed::Sealed for $policy {}

            impl Listable for $policy {
                const KIND: PolicyKind = PolicyKind::$policy;

                fn listed(&'static self) -> Listed {
                    Listed::$policy(self)
                }

                fn from_listed(listed: Listed) -> Option<&'static Self> {
                    match listed {
                        Listed::$policy(policy) => Some(policy),
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

listable! { CircuitBreaker Retry Timeout Bulkhead RateLimiter Fallback Hedge HealthCheck Policy }
