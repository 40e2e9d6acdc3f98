//! A retry changed while it runs: other options, another mode.

use super::policy::keeps_books;
use super::{Retry, RetryConfig, nested};
use crate::current::{Configured, Current, ModeCell};
use crate::problem::Problem;
use crate::stack::by_hand::changeable;

changeable! { Retry, RetryConfig:
    /// Puts other options in force, from now on; hooks stay as declared. Running calls see it at
    /// their next decision; the budget keeps its tokens, up to the new burst.
    reconfigure;
    /// Lets every call pass, or enforces again what the options say.
    ///
    /// # Errors
    /// [`Mode::Observe`](crate::Mode::Observe): attempts have nothing to observe.
    set_mode;
    /// How many calls passed untouched while it was off.
    bypassed;
}

impl Configured for Retry {
    type Config = RetryConfig;

    fn current(&self) -> &Current<RetryConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn adopted(&self, mut config: RetryConfig) -> RetryConfig {
        config.on_retry = self.config.declared().on_retry;
        config
    }

    fn put(&self, config: RetryConfig) -> Result<(), Problem> {
        let had_budget = self.config().budget.is_some();
        self.config.set(self.adopted(config)).map_err(Problem::new)?;
        if had_budget {
            self.tokens.limit(self.config());
        } else {
            self.tokens.fill(self.config());
        }
        self.derive();
        Ok(())
    }

    fn derive(&self) {
        let keeps_books = keeps_books(self.config()) || self.is_off();
        self.entry.keep_books(keeps_books);
        nested::note_attempts(self);
    }
}
