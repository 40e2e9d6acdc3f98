//! What a hedge has counted.

/// What a [`Hedge`](crate::Hedge) did since the program started. Calls that one attempt answers are not counted: they
/// cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HedgeTotals {
    /// Attempts beyond the first ones.
    pub hedged: u64,
    /// Calls that an attempt beyond the first one answered.
    pub won: u64,
}
