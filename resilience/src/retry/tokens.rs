//! The token bucket of a retry's budget, which all its calls share.

use super::{RetryConfig, budget};
use crate::sync::{AtomicU64, Ordering};

/// How many tokens there are, in the parts that [`budget`] counts.
pub(super) struct Tokens(pub(super) AtomicU64);

impl Tokens {
    pub(super) const fn full(config: &RetryConfig) -> Self {
        Self(AtomicU64::new(budget::whole(config.burst())))
    }

    pub(super) fn fill(&self, config: &RetryConfig) {
        self.0.store(budget::whole(config.burst()), Ordering::Relaxed);
    }

    /// Keeps what there is, up to the burst.
    pub(super) fn limit(&self, config: &RetryConfig) {
        self.0.fetch_min(budget::whole(config.burst()), Ordering::Relaxed);
    }

    /// A call earns its share of the budget.
    pub(super) fn earn(&self, config: &RetryConfig) {
        if let Some(ratio) = config.budget {
            self.deposit(budget::earned(ratio), budget::whole(config.burst()));
        }
    }

    /// A full token bucket is not written, so that healthy calls share no write.
    fn deposit(&self, earned: u64, most: u64) {
        // An error says that the bucket is full.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
            budget::deposited(balance, earned, most)
        });
    }

    /// Pays for a retry; false when the budget is used up.
    pub(super) fn spend(&self, config: &RetryConfig) -> bool {
        let pay = || self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, budget::withdrawn);
        config.budget.is_none() || pay().is_ok()
    }
}
