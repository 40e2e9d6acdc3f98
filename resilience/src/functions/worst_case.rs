//! What the layers of a stack add up to: the longest time, and the most attempts.

use std::time::Duration;

use super::layer::Resolved;
use crate::bulkhead::Bulkhead;
use crate::hedge::Hedge;
use crate::keyed::Keyed;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Listed;
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::timeout::Timeout;

/// How long a call takes at most with this layer around one that takes `inner` (`None`: without bound).
pub(super) fn around(layer: Resolved, inner: Option<Duration>) -> Option<Duration> {
    match (layer.kind, layer.policy) {
        // Each call brings its own limit; it ends nothing later than what is inside.
        (PolicyKind::Timeout, _) if layer.open_ended => inner,
        (PolicyKind::Fallback, _) if layer.open_ended => None,
        (_, Some(policy)) => around_policy(policy, inner),
        (PolicyKind::CircuitBreaker | PolicyKind::Timeout, None) => inner,
        (_, None) => None,
    }
}

fn around_policy(policy: Listed, inner: Option<Duration>) -> Option<Duration> {
    macro_rules! first_of {
        ($($kind:ty)*) => {
            $(
                if let Some(policy) = policy.policy::<$kind>() {
                    let enforces = policy.mode() == Mode::Enforce;
                    return if enforces { policy.config().worst_case(inner) } else { inner };
                }
            )*
        };
    }
    first_of! { Timeout Retry Hedge Bulkhead RateLimiter Keyed<Bulkhead> Keyed<RateLimiter> }
    inner
}

/// How often the layer runs what is inside at most.
pub(super) fn attempts(layer: Resolved) -> u32 {
    let Some(policy) = layer.policy else {
        return match layer.kind {
            PolicyKind::Retry | PolicyKind::Hedge | PolicyKind::Pipeline => u32::MAX,
            _ => 1,
        };
    };
    let retry = policy.policy::<Retry>().filter(|retry| retry.mode() == Mode::Enforce);
    let hedge = policy.policy::<Hedge>().filter(|hedge| hedge.mode() == Mode::Enforce);
    let retry = retry.map(|retry| retry.config().attempts_at_most());
    retry.or_else(|| hedge.map(|hedge| hedge.config().attempts_at_most())).unwrap_or(1)
}
