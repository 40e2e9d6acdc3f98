//! A bulkhead changed while it runs: other options, another mode.

use super::{Bulkhead, BulkheadConfig};
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::problem::Problem;
use crate::stack::by_hand;

impl Bulkhead {
    /// Puts other options in force. An adaptive limit keeps what it has learnt, within its new bounds. Raised,
    /// `max_concurrent` serves calls that wait before this returns; lowered, it ends
    /// no call, and new ones wait or are rejected until enough have left. Other options hold for calls that come from now
    /// on.
    ///
    /// # Errors
    /// When options contradict each other; nothing is changed then.
    pub fn reconfigure(&self, config: BulkheadConfig) -> Result<(), Problem> {
        by_hand::reconfigure(self, self.name(), config.validate(), config)
    }

    /// Enforces the limit, only counts the calls above it, or does nothing. Calls count as running in every mode.
    ///
    /// # Errors
    /// None: a bulkhead has every mode.
    pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
        by_hand::set_mode(self, self.name(), mode)
    }

    /// Whether it enforces what it decides.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// How many calls came above the limit while it only observed.
    #[must_use]
    pub fn would_reject(&self) -> u64 {
        self.mode.counts().0
    }

    /// How many calls passed untouched while it was off.
    #[must_use]
    pub fn bypassed(&self) -> u64 {
        self.mode.counts().1
    }

    /// Forgets what it counted, and what an adaptive limit has learnt. Calls that run keep their slots, and those that wait their places.
    pub fn reset(&self) {
        self.rejected.reset();
        self.mode.reset();
        self.reset_limit();
    }
}

impl Configured for Bulkhead {
    type Config = BulkheadConfig;

    fn current(&self) -> &Current<BulkheadConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, config: BulkheadConfig) -> Result<(), Problem> {
        self.config.set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        self.derive();
    }
}
