//! What a policy must know to be kept per key.

use super::sum::{BreakerSum, BulkheadSum, LimiterSum, Sum};
use crate::name::Identity;
use crate::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, RateLimitConfig, RateLimiter,
    State,
};

/// A policy that can be kept per key: [`CircuitBreaker`], [`Bulkhead`], [`RateLimiter`].
pub trait PerKey: sealed::Sealed + Send + Sync + Sized + 'static {
    /// Its options.
    type Config: Clone + Send + Sync;

    #[doc(hidden)]
    type Sum: Sum;

    #[doc(hidden)]
    fn instance(identity: Identity, config: Self::Config) -> Self;

    /// Whether nothing is lost if it is forgotten: a closed circuit, an unused limit.
    #[doc(hidden)]
    fn is_at_rest(&self) -> bool;

    /// How much it deserves attention; 0 for none.
    #[doc(hidden)]
    fn trouble(&self) -> u64;

    /// Has the memory brought near that a call is about to read, while the look-up still waits for other memory.
    #[doc(hidden)]
    #[inline]
    fn fetch(&self) {}

    /// One line on how it is.
    #[doc(hidden)]
    fn describe(&self) -> String;

    /// What it has counted.
    #[doc(hidden)]
    fn sum(&self) -> Self::Sum;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::CircuitBreaker {}
    impl Sealed for crate::Bulkhead {}
    impl Sealed for crate::RateLimiter {}
}

impl PerKey for CircuitBreaker {
    type Config = CircuitBreakerConfig;
    type Sum = BreakerSum;

    fn sum(&self) -> BreakerSum {
        BreakerSum::of(self)
    }

    fn instance(identity: Identity, config: CircuitBreakerConfig) -> Self {
        Self::declared(identity, config)
    }

    fn is_at_rest(&self) -> bool {
        self.state() == State::Closed
    }

    /// Anything but closed comes before any number of failures.
    fn trouble(&self) -> u64 {
        let state = if self.is_at_rest() { 0 } else { 1 << 32 };
        state + self.counts().failures.min(u64::from(u32::MAX))
    }

    fn describe(&self) -> String {
        format!("{}, {} failures in the window", self.state(), self.counts().failures)
    }
}

impl PerKey for Bulkhead {
    type Config = BulkheadConfig;
    type Sum = BulkheadSum;

    fn sum(&self) -> BulkheadSum {
        BulkheadSum::of(self)
    }

    fn instance(identity: Identity, config: BulkheadConfig) -> Self {
        Self::declared(identity, config)
    }

    fn is_at_rest(&self) -> bool {
        self.in_flight() == 0 && self.queued() == 0
    }

    fn trouble(&self) -> u64 {
        self.rejected() + u64::from(self.queued())
    }

    fn describe(&self) -> String {
        format!(
            "{} in flight, {} queued, {} refused",
            self.in_flight(),
            self.queued(),
            self.rejected()
        )
    }
}

impl PerKey for RateLimiter {
    type Config = RateLimitConfig;
    type Sum = LimiterSum;

    fn sum(&self) -> LimiterSum {
        LimiterSum::of(self)
    }

    fn instance(identity: Identity, config: RateLimitConfig) -> Self {
        Self::declared(identity, config)
    }

    /// A limiter that is forgotten while it is used up would grant a second burst.
    fn is_at_rest(&self) -> bool {
        self.is_full()
    }

    #[inline]
    fn fetch(&self) {
        RateLimiter::fetch(self);
    }

    fn trouble(&self) -> u64 {
        self.rejected()
    }

    fn describe(&self) -> String {
        format!("{} available, {} refused", self.available(), self.rejected())
    }
}
