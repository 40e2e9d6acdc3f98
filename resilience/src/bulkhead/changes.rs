//! A bulkhead changed while it runs: other options, another mode.

use super::{Bulkhead, BulkheadConfig};
use crate::current::{Configured, Current, ModeCell};
use crate::stack::by_hand::changeable;

changeable! { Bulkhead, BulkheadConfig:
    /// Puts other options in force. An adaptive limit keeps what it has learnt, within its new bounds. Raised,
    /// `max_concurrent` serves calls that wait before this returns; lowered, it ends no call, and new ones wait or are
    /// rejected until enough have left. Other options hold for calls that come from now on.
    reconfigure;
    /// Enforces the limit, only counts the calls above it, or does nothing. Calls count as running in every mode.
    ///
    /// # Errors
    /// None: a bulkhead has every mode.
    set_mode;
    /// How many calls came above the limit while it only observed.
    would_reject;
    /// How many calls passed untouched while it was off.
    bypassed;
}

impl Bulkhead {
    /// Forgets what it counted, and what an adaptive limit and an adaptive queue have learnt. Calls that run keep their
    /// slots, and those that wait their places.
    pub fn reset(&self) {
        self.rejected.reset();
        self.mode.reset();
        self.slots.forget_delay();
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

    fn derive(&self) {
        self.fit_limit();
    }
}
