//! Literals of option values, and what the attributes say about those that are none: the same in an attribute and in a file.

use std::time::Duration;

use super::{not_a_word, parse_duration, parse_percentage, parse_rate, unknown_word};

/// A literal before it is known which option it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    /// With its sign, in decimal digits.
    Integer(String),
    /// With its sign.
    Float(String),
    Flag(bool),
    #[allow(dead_code, reason = "attributes have arrays of expressions")]
    List(Vec<Self>),
    /// A table, a date, a text with a sign.
    Other,
}

/// What a rate is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    Time(Duration),
    Calls(u32),
}

/// A bucket is a tenth of the window, and must last a millisecond.
const SHORTEST_WINDOW: Duration = Duration::from_millis(10);

const SHORT_WINDOW: &str = "a window lasts at least 10 ms: write \"10ms\" or more";
const FEWEST_SAMPLES: u32 = 10;

const RATIO: &str = "a ratio must be above 0 and at most 1 (0.5 or \"50%\")";
/// About shares that are not four ratios.
pub(crate) const FOUR_SHARES: &str = "shares are one ratio for each priority, least important first: write \
                                      four, like `[0.7, 0.85, 1.0, 1.0]`";
/// About a share that is smaller than the one before.
pub(crate) const FALLING_SHARES: &str = "this share is smaller than that of a less important priority: write \
                                         at least as much as before it";

impl Literal {
    pub(crate) fn count(&self) -> Result<u32, String> {
        match self {
            Self::Integer(digits) => count(digits),
            Self::Text(text) if text.parse::<u32>().is_ok() => {
                Err(format!("a count is written without quotes: {text}"))
            }
            _ => Err("this is not a count: write a whole number like 3".into()),
        }
    }

    /// Any length of time, zero included.
    pub(crate) fn duration(&self) -> Result<Duration, String> {
        match self {
            Self::Text(text) => parse_duration(text),
            Self::Integer(digits) => {
                let digits = digits.trim_start_matches('-');
                Err(format!("a duration has a unit: write \"{digits}ms\" or \"{digits}s\""))
            }
            Self::Float(digits) => {
                let digits = digits.trim_start_matches('-');
                Err(format!("a duration has a unit: write \"{digits}s\""))
            }
            _ => Err("this is not a duration: write one like \"250ms\" or \"1.5s\"".into()),
        }
    }

    pub(crate) fn positive(&self) -> Result<Duration, String> {
        match self.duration()? {
            Duration::ZERO => {
                Err("this duration must be longer than zero: write one like \"50ms\"".into())
            }
            duration => Ok(duration),
        }
    }

    pub(crate) fn ratio(&self) -> Result<f64, String> {
        let ratio = match self {
            Self::Text(text) => parse_percentage(text)?,
            _ => self.number().ok_or("this is not a ratio: write one like 0.25 or \"25%\"")?,
        };
        if ratio > 0.0 && ratio <= 1.0 { Ok(ratio) } else { Err(RATIO.into()) }
    }

    pub(crate) fn factor(&self) -> Result<f64, String> {
        match (self.number(), self) {
            (Some(factor), _) if factor >= 1.0 && factor.is_finite() => Ok(factor),
            (Some(_), Self::Integer(text) | Self::Float(text)) => {
                Err(format!("a factor is at least 1, but this is {text}: write one like 2.0"))
            }
            _ => Err("this is not a factor: write a number like 2.0".into()),
        }
    }

    /// Count and period.
    pub(crate) fn rate(&self) -> Result<(u32, Duration), String> {
        // What is no text is no rate either.
        parse_rate(self.as_text()).map_err(Into::into)
    }

    /// Empty where it is none.
    pub(crate) fn as_text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    pub(crate) fn span(&self) -> Result<Span, String> {
        match self {
            Self::Integer(_) => self.count().map(Span::Calls),
            Self::Text(_) => match self.duration()? {
                time if time < SHORTEST_WINDOW => Err(SHORT_WINDOW.into()),
                time => Ok(Span::Time(time)),
            },
            _ => Err("a window is a duration (\"10s\") or a number of calls (100)".into()),
        }
    }

    /// A multiplier above 1 and at most 10.
    pub(crate) fn tolerance(&self) -> Result<f64, String> {
        match self.number() {
            Some(times) if times > 1.0 && times <= 10.0 => Ok(times),
            _ => Err("a tolerance is above 1 and at most 10: write one like 1.5".into()),
        }
    }

    /// How long samples are collected.
    pub(crate) fn sample_window(&self) -> Result<Duration, String> {
        match self.duration()? {
            time if time < SHORTEST_WINDOW => Err(SHORT_WINDOW.into()),
            time => Ok(time),
        }
    }

    /// How many samples a window needs.
    pub(crate) fn samples(&self) -> Result<u32, String> {
        match self.count()? {
            samples if samples < FEWEST_SAMPLES => Err(format!(
                "a window needs at least 10 samples, but this is {samples}: write 10 or more"
            )),
            samples => Ok(samples),
        }
    }

    pub(crate) fn flag(&self) -> Result<bool, String> {
        match self {
            Self::Flag(flag) => Ok(*flag),
            _ => Err("a flag is `true` or `false`".into()),
        }
    }

    /// One of a few words, written as text.
    #[allow(dead_code, reason = "attributes have bare words")]
    pub(crate) fn choice<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, String> {
        let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let Self::Text(text) = self else { return Err(not_a_word(&names)) };
        let found = words.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
        found.ok_or_else(|| unknown_word(text, &names))
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(digits) | Self::Float(digits) => digits.parse().ok(),
            _ => None,
        }
    }
}

fn count(digits: &str) -> Result<u32, String> {
    match digits.parse::<u32>() {
        Ok(count) if count > 0 => Ok(count),
        Err(_) if !digits.starts_with('-') => {
            Err(format!("a count is at most {}, but this is {digits}", u32::MAX))
        }
        _ => Err(format!("a count is at least 1, but this is {digits}: write 1 or more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Literal {
        Literal::Text(text.into())
    }

    #[test]
    fn ratios_are_numbers_or_percentages() {
        assert_eq!(Literal::Integer("1".into()).ratio(), Ok(1.0));
        assert_eq!(text("25%").ratio(), Ok(0.25));
        for wrong in
            [Literal::Integer("50".into()), Literal::Float("-0.5".into()), text("0%"), text("101%")]
        {
            assert_eq!(wrong.ratio(), Err(RATIO.into()));
        }
        assert!(text("0.5").ratio().unwrap_err().contains("not a percentage"));
        assert!(Literal::Flag(true).ratio().unwrap_err().contains("not a ratio"));
    }

    #[test]
    fn factors_start_at_one() {
        assert_eq!(Literal::Integer("2".into()).factor(), Ok(2.0));
        assert!(Literal::Float("0.5".into()).factor().unwrap_err().contains("at least 1"));
        assert!(text("2").factor().is_err());
    }

    #[test]
    fn a_window_is_time_or_calls() {
        assert_eq!(text("10s").span(), Ok(Span::Time(Duration::from_secs(10))));
        assert_eq!(Literal::Integer("100".into()).span(), Ok(Span::Calls(100)));
        assert!(text("9ms").span().is_err() && Literal::Other.span().is_err());
        let shortest = Duration::from_millis(10);
        assert_eq!(text("10ms").span(), Ok(Span::Time(shortest)));
        assert_eq!(text("10ms").sample_window(), Ok(shortest));
        assert!(text("9ms").sample_window().is_err());
    }

    #[test]
    fn counts_are_whole_numbers_without_quotes() {
        assert!(text("3").count().unwrap_err().contains("without quotes: 3"));
        assert!(text("three").count().unwrap_err().contains("not a count"));
        assert_eq!(Literal::Integer("10".into()).samples(), Ok(10));
        assert!(Literal::Integer("9".into()).samples().unwrap_err().contains("at least 10"));
    }

    #[test]
    fn a_choice_is_one_of_the_words() {
        let words = [("full", 1), ("none", 2)];
        assert_eq!(text("none").choice(&words), Ok(2));
        assert!(text("x").choice(&words).unwrap_err().contains("unknown word `x`"));
        assert!(Literal::Flag(true).choice(&words).unwrap_err().contains("one of the words"));
    }

    #[test]
    fn what_has_a_sign_is_no_text() {
        assert!(Literal::Other.rate().is_err() && Literal::Other.duration().is_err());
    }
}
