//! What a rate limiter has counted.

/// What a [`RateLimiter`](crate::RateLimiter) did since the program started. Calls that pass at once are not counted:
/// they cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RateLimiterTotals {
    /// Calls that were rejected, at once or because their deadline passed while they waited.
    pub rejected: u64,
    /// Calls that took their turn after they had waited for it.
    pub waited: u64,
}
