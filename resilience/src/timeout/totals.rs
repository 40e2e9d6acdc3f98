//! What a timeout has counted.

/// What a [`Timeout`](crate::Timeout) did since the program started. Calls that end in time are not counted: they cost
/// nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TimeoutTotals {
    /// Calls that ran into the limit and were dropped there.
    pub timed_out: u64,
    /// Calls that did not start because the deadline in force had passed.
    pub deadline_exceeded: u64,
}
