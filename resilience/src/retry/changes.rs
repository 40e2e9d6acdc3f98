//! A retry changed while it runs: other options, another mode.

use super::policy::keeps_books;
use super::{Retry, RetryConfig, budget, nested};
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::problem::Problem;
use crate::stack::by_hand;
use crate::sync::Ordering;

impl Retry {
    /// Puts other options in force, from now on; hooks stay as declared. Running calls see it at
    /// their next decision; the budget keeps its tokens, up to the new burst.
    ///
    /// # Errors
    /// When options contradict each other; nothing is changed then.
    pub fn reconfigure(&self, config: RetryConfig) -> Result<(), Problem> {
        by_hand::reconfigure(self, self.name(), config.validate(), config)
    }

    /// Lets every call pass, or enforces again what the options say.
    ///
    /// # Errors
    /// [`Mode::Observe`]: attempts have nothing to observe.
    pub fn set_mode(&self, mode: Mode) -> Result<(), Problem> {
        by_hand::set_mode(self, self.name(), mode)
    }

    /// Whether it enforces what it decides.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// How many calls passed untouched while it was off.
    #[must_use]
    pub fn bypassed(&self) -> u64 {
        self.mode.counts().1
    }

    fn derive(&self) {
        let keeps_books = keeps_books(self.config()) || self.is_off();
        self.entry.keep_books(keeps_books);
        nested::note_attempts(self);
    }
}

impl Configured for Retry {
    type Config = RetryConfig;

    fn current(&self) -> &Current<RetryConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, mut config: RetryConfig) -> Result<(), Problem> {
        let had_budget = self.config().budget.is_some();
        let full = budget::whole(config.burst());
        config.on_retry = self.config.declared().on_retry;
        self.config.set(config).map_err(Problem::new)?;
        if had_budget {
            self.tokens.fetch_min(full, Ordering::Relaxed);
        } else {
            self.tokens.store(full, Ordering::Relaxed);
        }
        self.derive();
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        self.derive();
    }
}
