//! What a retry has done so far.

use crate::name::Name;

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

/// Calls of one retry that began inside an attempt of another one: attempts multiply there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NestedRetries {
    /// The retry whose attempt it was.
    pub outer: Name,
    /// The retry that began.
    pub inner: Name,
    /// How many calls began so.
    pub calls: u64,
    /// How often the inner body runs at most in one call of the outer one.
    pub attempts_at_most: u64,
}
