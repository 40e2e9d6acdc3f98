//! Range checks of option values: one sentence each, for setters and for generated code alike.
//!
//! All of them are `const` and blame their caller, so that a bad value in a `static` is a compile error right there.

use std::num::NonZeroU32;
use std::time::Duration;

/// A ratio: above 0, at most 1.
///
/// # Panics
/// When it isn't.
#[track_caller]
#[must_use]
pub const fn ratio(value: f64) -> f64 {
    assert!(value > 0.0 && value <= 1.0, "a ratio must be above 0 and at most 1 (0.5 or \"50%\")");
    value
}

/// A duration that isn't zero.
///
/// # Panics
/// When it is.
#[track_caller]
#[must_use]
pub const fn positive(value: Duration) -> Duration {
    assert!(!value.is_zero(), "this duration must be longer than zero");
    value
}

/// A count of at least one.
#[track_caller]
#[must_use]
pub const fn count(value: u32) -> u32 {
    at_least_one(value).get()
}

/// A ratio for each priority, none below the one before.
///
/// # Panics
/// When it isn't that.
#[track_caller]
#[must_use]
pub const fn shares(shares: [f64; 4]) -> [f64; 4] {
    assert!(
        are_shares(&shares),
        "shares must be above 0 and at most 1, and none smaller than that of a less important priority"
    );
    shares
}

/// The same as a question.
pub(crate) const fn are_shares(shares: &[f64; 4]) -> bool {
    let [first, second, third, last] = *shares;
    0.0 < first && first <= second && second <= third && third <= last && last <= 1.0
}

/// How many times as long as without a queue calls may take: above 1, at most 10.
///
/// # Panics
/// When it isn't.
#[track_caller]
#[must_use]
pub const fn tolerance(times: f64) -> f64 {
    assert!(is_tolerance(times), "a tolerance must be above 1 and at most 10");
    times
}

/// The same as a question.
pub(crate) const fn is_tolerance(times: f64) -> bool {
    times > 1.0 && times <= 10.0
}

/// Shorter windows hold too few samples.
pub(crate) const SHORTEST_WINDOW: Duration = Duration::from_millis(10);

/// A window of samples: at least 10 ms.
///
/// # Panics
/// When it is shorter.
#[track_caller]
#[must_use]
pub const fn window(window: Duration) -> Duration {
    assert!(!shorter(window, SHORTEST_WINDOW), "this window must be at least 10 ms");
    window
}

/// The mean of fewer samples says nothing.
pub(crate) const FEWEST_SAMPLES: u32 = 10;

/// A number of samples: at least 10.
///
/// # Panics
/// When it is less.
#[track_caller]
#[must_use]
pub const fn samples(samples: u32) -> u32 {
    assert!(samples >= FEWEST_SAMPLES, "this number of samples must be at least 10");
    samples
}

/// A growth factor: finite, at least 1.
///
/// # Panics
/// When it isn't.
#[track_caller]
#[must_use]
pub const fn factor(value: f64) -> f64 {
    assert!(value >= 1.0 && value.is_finite(), "a factor must be at least 1 and finite");
    value
}

#[track_caller]
pub(crate) const fn at_least_one(value: u32) -> NonZeroU32 {
    match NonZeroU32::new(value) {
        Some(value) => value,
        None => panic!("this count must be at least 1"),
    }
}

/// What a config's own `validate()` found, as a panic.
#[track_caller]
pub(crate) const fn assert_valid(result: Result<(), &'static str>) {
    if let Err(problem) = result {
        panic!("{}", problem);
    }
}

/// `a < b`, which `Duration` can't say in `const` context.
pub(crate) const fn shorter(a: Duration, b: Duration) -> bool {
    a.as_nanos() < b.as_nanos()
}
