//! How values are written: durations, rates and ratios, in the grammar and the words of the attributes.
//!
//! Attributes are read by the macro crate, everything else here; a test in `tests/` holds both together.

mod duration;
mod into_duration;
mod rate;
#[cfg(feature = "serde")]
mod ratio;
#[cfg(any(feature = "overrides", feature = "test-util"))]
mod words;

#[cfg(feature = "serde")]
pub(crate) use self::duration::{format_duration, parse_duration};
pub use self::into_duration::IntoDuration;
pub(crate) use self::rate::{check_rate, parse_rate};
#[cfg(feature = "serde")]
pub(crate) use self::ratio::parse_percentage;
#[cfg(feature = "overrides")]
pub(crate) use self::words::listed;
#[cfg(any(feature = "overrides", feature = "test-util"))]
pub(crate) use self::words::nearest;
