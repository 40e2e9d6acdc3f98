//! How values are written: durations, rates and ratios, in the grammar and the words of the attributes.
//!
//! The macro crate reads attributes by the same files, which lie there as links: `conflicts duration literal rate ratio words`.

#[cfg_attr(
    not(feature = "overrides"),
    allow(dead_code, reason = "files have more to say than configs")
)]
mod conflicts;
mod duration;
#[cfg(feature = "serde")]
mod format;
mod into_duration;
#[cfg(feature = "overrides")]
mod literal;
#[cfg(any(feature = "overrides", feature = "test-util"))]
mod options;
mod rate;
#[cfg(feature = "serde")]
mod ratio;
#[cfg(any(feature = "overrides", feature = "test-util"))]
#[cfg_attr(
    not(feature = "overrides"),
    allow(dead_code, reason = "files have more to say than tests")
)]
mod words;

pub(crate) use self::conflicts::{
    BUDGET_BURST_ALONE, LONG_BURST, LONG_LEASE, ONE_ATTEMPT, QUEUE_ALONE, SLOW_RATE_ALONE,
};
#[cfg(feature = "overrides")]
pub(crate) use self::conflicts::{FACTOR_ALONE, more_than_the_window, too_short};
#[cfg(feature = "serde")]
pub(crate) use self::duration::parse_duration;
#[cfg(feature = "serde")]
pub(crate) use self::format::format_duration;
pub use self::into_duration::IntoDuration;
#[cfg(feature = "overrides")]
pub(crate) use self::literal::{FALLING_SHARES, FOUR_SHARES, Literal, Span};
#[cfg(feature = "overrides")]
pub(crate) use self::options::differences;
#[cfg(all(feature = "axum", feature = "overrides"))]
pub(crate) use self::options::meaning;
#[cfg(any(feature = "overrides", feature = "test-util"))]
pub(crate) use self::options::options;
#[cfg(feature = "test-util")]
pub(crate) use self::options::written;
pub(crate) use self::rate::{check_rate, parse_rate};
#[cfg(feature = "serde")]
pub(crate) use self::ratio::parse_percentage;
#[cfg(any(feature = "overrides", feature = "test-util"))]
pub(crate) use self::words::nearest;
#[cfg(feature = "overrides")]
pub(crate) use self::words::{not_a_word, unknown_option, unknown_word};
