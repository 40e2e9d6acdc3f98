//! What a bulkhead has counted.

/// What a [`Bulkhead`](crate::Bulkhead) did since the program started. Calls that find a free slot are not counted: they
/// cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BulkheadTotals {
    /// Calls that were rejected: at once, after `max_wait`, or because their deadline passed while they waited.
    pub rejected: u64,
}
