//! What is asked of a circuit breaker that a fleet shares.

use super::config::CircuitBreakerConfig;
#[cfg(feature = "redis")]
use crate::check;
#[cfg(not(feature = "redis"))]
use crate::fleet::needs::NeedsFeatureRedis;

/// Setters, named like the attribute's options.
impl CircuitBreakerConfig {
    /// Shares opinions with the replicas of the service that are connected to one store, by
    /// [`shared::connect`](crate::shared::connect): when this share of them (0 < r ≤ 1), and at least two, say that the
    /// circuit is open, it opens here, too, and one replica tries for all (off by default). The breaker has to be listed by
    /// the [`registry`](crate::registry()), and is on its own where there is one per key.
    #[cfg(feature = "redis")]
    #[must_use]
    #[track_caller]
    pub const fn shared(mut self, quorum: f64) -> Self {
        self.shared = check::ratio(quorum);
        self
    }

    /// Without feature `redis`.
    #[cfg(not(feature = "redis"))]
    #[doc(hidden)]
    #[must_use]
    pub const fn shared(self, quorum: NeedsFeatureRedis) -> Self {
        match quorum {}
    }

    /// Whether a fleet shares it.
    pub(crate) const fn is_shared(&self) -> bool {
        self.shared > 0.0
    }

    /// The share of the replicas that opens it.
    pub(crate) fn quorum(&self) -> Option<f64> {
        self.is_shared().then_some(self.shared)
    }
}
