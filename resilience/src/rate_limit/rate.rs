//! How many calls in which time.

use std::fmt;
use std::time::Duration;

use crate::grammar::{check_rate, parse_rate};

/// So many calls in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    count: u32,
    period: Duration,
}

/// A text that is a rate: for constant expressions, so that a bad one is reported at the option.
///
/// # Panics
/// When it isn't.
#[track_caller]
#[must_use]
pub const fn checked(text: &str) -> &str {
    match Rate::parse(text) {
        Ok(_) => text,
        Err(problem) => panic!("{}", problem),
    }
}

impl Rate {
    pub(super) const fn new(count: u32, period: Duration) -> Result<Self, &'static str> {
        match check_rate(count, period) {
            Ok(()) => Ok(Self { count, period }),
            Err(problem) => Err(problem),
        }
    }

    pub(super) const fn parse(text: &str) -> Result<Self, &'static str> {
        match parse_rate(text) {
            Ok((count, period)) => Ok(Self { count, period }),
            Err(problem) => Err(problem),
        }
    }

    pub(super) const fn count(self) -> u32 {
        self.count
    }

    pub(super) const fn period(self) -> u64 {
        crate::clock::span(self.period)
    }

    /// The time between two calls at a steady rate, rounded down to a nanosecond.
    pub(super) const fn interval(self) -> u64 {
        crate::clock::span(self.period) / self.count as u64
    }
}

impl fmt::Display for Rate {
    /// The shortest text that [`parse`](Self::parse) reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period.as_millis() {
            1_000 => write!(f, "{}/s", self.count),
            60_000 => write!(f, "{}/m", self.count),
            3_600_000 => write!(f, "{}/h", self.count),
            millis => write!(f, "{}/{millis}ms", self.count),
        }
    }
}

/// A rate as data: as it is written in an option; with a period that has no such form, as a duration is.
#[cfg(feature = "serde")]
mod as_data {
    use std::borrow::Cow;

    use serde::de::{Deserialize, Deserializer, Error};
    use serde::{Serialize, Serializer};

    use super::Rate;
    use crate::grammar::{format_duration, parse_duration};

    impl Serialize for Rate {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let text = self.to_string();
            if Self::parse(&text) == Ok(*self) {
                return to.serialize_str(&text);
            }
            to.collect_str(&format_args!("{}/{}", self.count, format_duration(self.period)))
        }
    }

    impl<'de> Deserialize<'de> for Rate {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let text = Cow::<'de, str>::deserialize(from)?;
            let rate =
                Self::parse(&text).or_else(|problem| spelled_out(&text).unwrap_or(Err(problem)));
            rate.map_err(|problem| D::Error::custom(format!("`{text}`: {problem}")))
        }
    }

    /// `3/1ms 500us`.
    fn spelled_out(text: &str) -> Option<Result<Rate, &'static str>> {
        let (count, period) = text.split_once('/')?;
        Some(Rate::new(count.parse().ok()?, parse_duration(period).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_counts_and_periods() {
        for (text, count, millis) in [
            ("100/s", 100, 1_000),
            ("5/m", 5, 60_000),
            ("1000/250ms", 1_000, 250),
            ("1/2h", 1, 7_200_000),
        ] {
            let rate = Rate::parse(text).unwrap();
            assert_eq!((rate.count, rate.period), (count, Duration::from_millis(millis)), "{text}");
            assert_eq!(Rate::parse(&rate.to_string()), Ok(rate));
        }
    }

    #[test]
    #[cfg(feature = "serde")]
    fn is_read_back_as_it_was_whatever_its_period() {
        for (period, text) in [
            (Duration::from_secs(1), "\"3/s\""),
            (Duration::from_millis(1_500), "\"3/1500ms\""),
            (Duration::from_micros(1_500), "\"3/1ms 500us\""),
            (Duration::from_nanos(7), "\"3/7ns\""),
            (Duration::from_secs(60 * 86_400), "\"3/1440h\""),
        ] {
            let rate = Rate::new(3, period).unwrap();
            assert_eq!(serde_json::to_string(&rate).unwrap(), text);
            assert_eq!(serde_json::from_str::<Rate>(text).unwrap(), rate);
        }
        for (text, problem) in [
            ("\"3/soon\"", "COUNT/[N]UNIT"),
            ("\"0/1us\"", "at least 1"),
            ("\"9/7ns\"", "nanosecond"),
        ] {
            let error = serde_json::from_str::<Rate>(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
