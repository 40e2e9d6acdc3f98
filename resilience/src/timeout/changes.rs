//! A timeout changed while it runs: other options, another mode.

use super::{Timeout, TimeoutConfig};
use crate::ambient::Deadline;
use crate::clock;
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::stack::by_hand::changeable;
use crate::sync::Ordering;

changeable! { Timeout, TimeoutConfig:
    /// Puts other options in force, for calls that enter from now on.
    reconfigure;
    /// Enforces the limit, only counts what it would end, or does nothing; for calls that enter from now on. While it
    /// is not enforced it sets no deadline. Calls that never wait are not counted.
    ///
    /// # Errors
    /// None: a timeout has every mode.
    set_mode;
    /// How many calls it would have ended while it only observed.
    would_reject;
    /// How many calls that had to wait passed untouched while it was off.
    bypassed;
}

impl Configured for Timeout {
    type Config = TimeoutConfig;

    fn current(&self) -> &Current<TimeoutConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn derive(&self) {
        let limit = match self.mode.get() {
            Mode::Enforce => clock::span(self.config().limit()),
            Mode::Observe | Mode::Off => Deadline::NOT_ENFORCED,
        };
        self.limit.store(limit, Ordering::Relaxed);
    }
}
