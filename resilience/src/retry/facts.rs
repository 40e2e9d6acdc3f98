//! What a retry has done so far.

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
