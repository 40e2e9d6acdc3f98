//! The orders in which waiting calls can be served.

/// In which order calls of one priority that wait for a slot are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum QueueOrder {
    /// In order of arrival.
    #[default]
    Fifo,
    /// In order of arrival while the queue drains now and then; under overload the newest first, and calls that have
    /// waited for long are rejected.
    Adaptive,
}
