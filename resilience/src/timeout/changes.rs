//! A timeout changed while it runs: other options, another mode.

use super::{Timeout, TimeoutConfig};
use crate::ambient::Deadline;
use crate::clock;
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::problem::Problem;
use crate::stack::by_hand;
use crate::sync::Ordering;

impl Timeout {
    /// Puts other options in force, for calls that enter from now on.
    ///
    /// # Errors
    /// When options contradict each other; nothing is changed then.
    pub fn reconfigure(&self, config: TimeoutConfig) -> Result<(), Problem> {
        by_hand::reconfigure(self, self.name(), config.validate(), config)
    }

    /// Enforces the limit, only counts what it would end, or does nothing; for calls that enter from now on. While it
    /// is not enforced it sets no deadline. Calls that never wait are not counted.
    ///
    /// # Errors
    /// None: a timeout has every mode.
    pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
        by_hand::set_mode(self, self.name(), mode)
    }

    /// Whether it enforces what it decides.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// How many calls it would have ended while it only observed.
    #[must_use]
    pub fn would_reject(&self) -> u64 {
        self.mode.counts().0
    }

    /// How many calls that had to wait passed untouched while it was off.
    #[must_use]
    pub fn bypassed(&self) -> u64 {
        self.mode.counts().1
    }

    /// What calls read, from config and mode.
    fn derive(&self) {
        let limit = match self.mode.get() {
            Mode::Enforce => clock::span(self.config().limit()),
            Mode::Observe | Mode::Off => Deadline::NOT_ENFORCED,
        };
        self.limit.store(limit, Ordering::Relaxed);
    }
}

impl Configured for Timeout {
    type Config = TimeoutConfig;

    fn current(&self) -> &Current<TimeoutConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, config: TimeoutConfig) -> Result<(), Problem> {
        self.config.set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        self.derive();
    }
}
