//! A policy per key changed while it runs: other options and another mode, for keys that are there and those to come.

use super::{Keyed, PerKey};
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::current::{Configured, Current, ModeCell, SerializableOptions};
use crate::mode::Mode;
use crate::problem::Problem;
use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::stack::by_hand;

macro_rules! kinds {
    ($($policy:ty, $config:ty;)*) => {
        $(
            impl Keyed<$policy> {
                /// Puts other options in force for every key, those that are there and those to come. What each has
                /// counted stays.
                ///
                /// # Errors
                /// When options contradict each other or the overrides in force; nothing is changed then.
                pub fn reconfigure(&self, config: $config) -> Result<(), Problem> {
                    by_hand::reconfigure(self, config.validate(), config)
                }

                /// Sets the mode of every key's policy.
                ///
                /// # Errors
                /// None: these kinds have every mode.
                pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
                    by_hand::set_mode(self, mode)
                }
            }
        )*
    };
}

kinds! {
    CircuitBreaker, CircuitBreakerConfig;
    Bulkhead, BulkheadConfig;
    RateLimiter, RateLimitConfig;
}

impl<P: PerKey> Keyed<P> {
    /// Whether the keys' policies enforce what they decide.
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// Makes every key's policy as good as new.
    pub fn reset(&self) {
        if let Some(map) = self.map.get() {
            map.for_each(&mut P::reset);
        }
    }

    /// Makes it as good as new, and without keys: a key that a call holds stays, and is as new.
    #[cfg(feature = "test-util")]
    pub(crate) fn clear(&self) {
        if let Some(map) = self.map.get() {
            map.clear();
        }
        self.mode.reset();
    }

    /// Options and mode, for keys that are there and those to come.
    pub(super) fn spread(&self) -> Result<(), Problem> {
        match self.map.get() {
            Some(map) => map.update(self.config(), self.mode()),
            // The map takes them along when it is made.
            None => Ok(()),
        }
    }
}

impl<P: PerKey> Configured for Keyed<P>
where
    P::Config: SerializableOptions,
{
    type Config = P::Config;

    fn current(&self) -> &Current<P::Config> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, config: P::Config) -> Result<(), Problem> {
        self.config.set(config).map_err(Problem::new)?;
        self.spread()
    }

    fn tell(&self) {
        if let Some(map) = self.map.get() {
            map.for_each(&mut P::tell);
        }
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        // A mode needs no room.
        let _ = self.spread();
    }
}
