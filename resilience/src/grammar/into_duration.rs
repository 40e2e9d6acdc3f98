//! Durations as arguments: a `Duration`, or text.

use std::time::Duration;

use super::duration::parse_duration;

/// A length of time as an argument: a [`Duration`], or text in the attributes' grammar, such as `"250ms"`, `"1.5s"` or
/// `"1h30m"`.
///
/// # Panics
///
/// Text that is no duration panics at the caller, with the attributes' sentence: `"5" lacks a unit: write "5ms" …`.
///
/// ```
/// use std::time::Duration;
/// use resilience::IntoDuration;
///
/// assert_eq!("1.5s".into_duration(), Duration::from_millis(1500));
/// assert_eq!(Duration::from_secs(2).into_duration(), Duration::from_secs(2));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no duration",
    label = "text with a unit, `\"2s\"` or `\"250ms\"`, or a `std::time::Duration`"
)]
pub trait IntoDuration {
    /// The length of time.
    #[track_caller]
    fn into_duration(self) -> Duration;
}

impl IntoDuration for Duration {
    fn into_duration(self) -> Duration {
        self
    }
}

impl IntoDuration for &str {
    #[track_caller]
    fn into_duration(self) -> Duration {
        match parse_duration(self) {
            Ok(duration) => duration,
            Err(sentence) => panic!("{sentence}"),
        }
    }
}

impl IntoDuration for String {
    #[track_caller]
    fn into_duration(self) -> Duration {
        self.as_str().into_duration()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_in_an_attribute() {
        assert_eq!("1h30m".into_duration(), Duration::from_secs(5400));
        assert_eq!(String::from("250ms").into_duration(), Duration::from_millis(250));
    }

    #[test]
    #[should_panic(expected = r#""5" lacks a unit: write "5ms" or "5s""#)]
    fn text_that_is_no_duration_panics_with_the_attributes_sentence() {
        "5".into_duration();
    }
}
