//! What a store's user decides about asking it.

use std::time::Duration;

/// A store in the same network answers in a millisecond; a call that has waited for this long has waited enough.
const TIMEOUT: Duration = Duration::from_millis(20);

/// How a store is asked, and how much depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub(crate) timeout: Duration,
    /// Whether the service's health is degraded while the store does not answer.
    pub(crate) critical: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { timeout: TIMEOUT, critical: false }
    }
}
