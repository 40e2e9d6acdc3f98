//! What a retry tells others about what it did.

use std::time::Duration;

use crate::ambient::CallId;
use crate::name::Name;

/// One retry that is about to happen. `on_retry` gets it before the delay begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryEvent {
    /// Who retries.
    pub policy: Name,
    /// The attempt that has just failed: 1 is the first try.
    pub attempt: u32,
    /// How long until the next one begins.
    pub delay: Duration,
    /// The call that all these attempts belong to.
    pub call_id: CallId,
}

/// What a [`Retry`](crate::Retry) did since the program started. Calls that succeed at once are not counted: they
/// cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RetryTotals {
    /// Attempts beyond the first ones.
    pub retries: u64,
    /// Calls that succeeded after at least one retry.
    pub recovered: u64,
    /// Calls that ended in a failure that would have been retried, had there been attempts, time and budget left.
    pub exhausted: u64,
}
