//! What changes while a limit runs: its options and its mode.

use std::borrow::Borrow;

use super::RateLimitConfig;
use super::bucket::QUEUED;
use super::limit::{self, Limit};
use super::policy::RateLimiter;
use crate::clock;
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::problem::Problem;
use crate::stack::by_hand;
use crate::sync::Ordering::Relaxed;

impl Configured for RateLimiter {
    type Config = RateLimitConfig;

    fn current(&self) -> &Current<RateLimitConfig> {
        &self.limit.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.limit.mode)
    }

    /// Used turns stay used.
    fn put(&self, config: RateLimitConfig) -> Result<(), Problem> {
        let (old, new) = (self.limit.gcra(), limit::gcra(&config));
        self.limit.put(config)?;
        if old != new {
            let now = clock::counter();
            let translate = |word| {
                let (arrival, queued) = (word & !QUEUED, word & QUEUED);
                Some(old.translate(arrival, now, new) | queued)
            };
            let _ = self.word.fetch_update(Relaxed, Relaxed, translate);
        }
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.limit.put_mode(mode);
    }
}

impl RateLimiter {
    /// Puts other options in force, from now on. Used turns stay used, up to the new burst; calls that wait keep their
    /// places.
    ///
    /// # Errors
    /// When the rate is missing, or options contradict each other or the overrides in force; nothing is changed
    /// then.
    pub fn reconfigure(&self, config: RateLimitConfig) -> Result<(), Problem> {
        by_hand::reconfigure(self, config.validate(), config)
    }

    /// Enforces the rate, only counts the calls above it, or does nothing.
    ///
    /// # Errors
    /// None: a rate limit has every mode.
    pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
        by_hand::set_mode(self, mode)
    }
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    /// Whether it enforces what it decides.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.limit().mode.get()
    }

    /// How many calls came above the rate while it only observed; of a key, those of all keys.
    #[must_use]
    pub fn would_reject(&self) -> u64 {
        self.limit().mode.counts().0
    }

    /// How many calls passed untouched while it was off; of a key, those of all keys.
    #[must_use]
    pub fn bypassed(&self) -> u64 {
        self.limit().mode.counts().1
    }
}
