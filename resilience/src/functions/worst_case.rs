//! What the layers of a stack add up to: the longest time, and the most attempts.

use std::time::Duration;

use super::layer::Resolved;
use crate::bulkhead::Bulkhead;
use crate::current::{Configured, ModeCell};
use crate::hedge::{Hedge, HedgeConfig};
use crate::keyed::Keyed;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Listed;
use crate::rate_limit::RateLimiter;
use crate::retry::{Retry, RetryConfig};
use crate::timeout::Timeout;

/// Which options of a policy count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reading {
    /// Those in force, and only while the policy enforces them.
    InForce,
    /// Those that it was declared with.
    #[cfg_attr(not(feature = "test-util"), allow(dead_code, reason = "a manifest reads them"))]
    Declared,
}

impl Reading {
    /// `None`: the policy does nothing to calls.
    fn of<P: Configured>(self, policy: &P) -> Option<&P::Config> {
        let enforces = |modes: &ModeCell| modes.get() == Mode::Enforce;
        match self {
            Self::Declared => Some(policy.current().declared()),
            Self::InForce => policy.modes().is_none_or(enforces).then(|| policy.current().get()),
        }
    }
}

/// How long a call takes at most with this layer around one that takes `inner` (`None`: without bound).
pub(super) fn around(
    layer: &Resolved,
    inner: Option<Duration>,
    reading: Reading,
) -> Option<Duration> {
    match (layer.kind, layer.policy) {
        // Each call brings its own limit; it ends nothing later than what is inside.
        (PolicyKind::Timeout, _) if layer.open_ended => inner,
        (PolicyKind::Fallback, _) if layer.open_ended => None,
        (_, Some(policy)) => around_policy(policy, inner, reading),
        (PolicyKind::CircuitBreaker | PolicyKind::Timeout, None) => inner,
        (_, None) => None,
    }
}

fn around_policy(policy: Listed, inner: Option<Duration>, reading: Reading) -> Option<Duration> {
    macro_rules! first_of {
        ($($kind:ty)*) => {
            $(
                if let Some(policy) = policy.policy::<$kind>() {
                    return reading.of(policy).map_or(inner, |config| config.worst_case(inner));
                }
            )*
        };
    }
    first_of! { Timeout Retry Hedge Bulkhead RateLimiter Keyed<Bulkhead> Keyed<RateLimiter> }
    inner
}

/// How often the layer runs what is inside at most.
pub(super) fn attempts(layer: &Resolved, reading: Reading) -> u32 {
    match layer.policy {
        Some(policy) => attempts_of_policy(policy, reading).unwrap_or(1),
        None => match layer.kind {
            PolicyKind::Retry | PolicyKind::Hedge | PolicyKind::Pipeline => u32::MAX,
            _ => 1,
        },
    }
}

fn attempts_of_policy(policy: Listed, reading: Reading) -> Option<u32> {
    if let Some(retry) = policy.policy::<Retry>() {
        return reading.of(retry).map(RetryConfig::attempts_at_most);
    }
    let hedge = policy.policy::<Hedge>()?;
    reading.of(hedge).map(HedgeConfig::attempts_at_most)
}
