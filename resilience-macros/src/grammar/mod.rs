//! How values are written, and what is said about those that are not: the runtime reads files by the same sources, which
//! lie here as links.

mod conflicts;
mod duration;
mod literal;
mod rate;
mod ratio;
mod words;

pub(crate) use self::conflicts::{
    BUDGET_BURST_ALONE, FACTOR_ALONE, LONG_BURST, LONG_LEASE, ONE_ATTEMPT, QUEUE_ALONE,
    SLOW_RATE_ALONE, more_than_the_window, too_short,
};
pub(crate) use self::duration::parse_duration;
pub(crate) use self::literal::{FALLING_SHARES, FOUR_SHARES, Literal, Span};
pub(crate) use self::rate::parse_rate;
pub(crate) use self::ratio::parse_percentage;
pub(crate) use self::words::{listed, nearest, not_a_word, unknown_option, unknown_word};
