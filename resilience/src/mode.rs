//! Whether a policy enforces what it decides: the word for it.

use std::fmt;

/// What a policy does with its decisions.
///
/// ```
/// use resilience::{Bulkhead, BulkheadConfig, Mode};
///
/// let slots = Bulkhead::new("slots", BulkheadConfig::new().max_concurrent(1));
/// slots.set_mode(Mode::Off).unwrap();
/// let (first, second) = (slots.try_acquire(), slots.try_acquire());
/// assert!(first.is_ok() && second.is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Mode {
    /// It rejects, ends and repeats calls as its options say.
    #[default]
    Enforce,
    /// It decides and counts, but every call passes. A retry and a hedge have nothing to observe.
    Observe,
    /// Every call passes and is counted as bypassed; nothing is judged.
    Off,
}

impl Mode {
    /// Every mode, in a fixed order.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Observe, Self::Off];

    /// The mode as it is written: `enforce`, `observe`, `off`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
