//! Values of options as they stand in a file, read and judged in the attributes' words.

use std::time::Duration;

use serde_json::Value as Json;

use crate::check;
use crate::circuit_breaker::Window;
use crate::grammar::{listed, nearest, parse_duration, parse_percentage, parse_rate};

/// A value before it is known which option it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    /// With its sign, in decimal digits.
    Integer(String),
    Float(String),
    Flag(bool),
    List(Vec<Self>),
    /// A table, a date.
    Other,
}

/// A bucket is a tenth of the window, and must last a millisecond.
const SHORTEST_WINDOW: Duration = Duration::from_millis(10);

const SHARES: &str = "shares are one ratio for each priority, least important first: write four, like \
                      [0.7, 0.85, 1.0, 1.0]";
const FALLING_SHARES: &str = "a share must not be smaller than that of a less important priority";

impl Value {
    /// A value of JSON as it would stand in the file; `None` for `null`.
    pub(super) fn of_json(json: &Json) -> Option<Self> {
        Some(match json {
            Json::Null => return None,
            Json::Bool(flag) => Self::Flag(*flag),
            Json::Number(number) if number.is_f64() => Self::Float(number.to_string()),
            Json::Number(number) => Self::Integer(number.to_string()),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(values) => {
                let element = |element: &Json| Self::of_json(element).unwrap_or(Self::Other);
                Self::List(values.iter().map(element).collect())
            }
            Json::Object(_) => Self::Other,
        })
    }

    pub(super) fn count(&self) -> Result<u32, String> {
        match self {
            Self::Integer(digits) => count(digits),
            Self::Text(text) if text.parse::<u32>().is_ok() => {
                Err(format!("a count is written without quotes: {text}"))
            }
            _ => Err("this is not a count: write a whole number like 3".into()),
        }
    }

    pub(super) fn duration(&self) -> Result<Duration, String> {
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

    pub(super) fn positive(&self) -> Result<Duration, String> {
        match self.duration()? {
            Duration::ZERO => {
                Err("this duration must be longer than zero: write one like \"50ms\"".into())
            }
            duration => Ok(duration),
        }
    }

    pub(super) fn ratio(&self) -> Result<f64, String> {
        let ratio = match self {
            Self::Text(text) => parse_percentage(text)?,
            _ => self.number().ok_or("this is not a ratio: write one like 0.25 or \"25%\"")?,
        };
        if ratio > 0.0 && ratio <= 1.0 {
            return Ok(ratio);
        }
        Err("a ratio must be above 0 and at most 1 (0.5 or \"50%\")".into())
    }

    pub(super) fn factor(&self) -> Result<f64, String> {
        match (self.number(), self) {
            (Some(factor), _) if factor >= 1.0 && factor.is_finite() => Ok(factor),
            (Some(_), Self::Integer(text) | Self::Float(text)) => {
                Err(format!("a factor is at least 1, but this is {text}: write one like 2.0"))
            }
            _ => Err("this is not a factor: write a number like 2.0".into()),
        }
    }

    /// A ratio for each priority.
    pub(super) fn shares(&self) -> Result<[f64; 4], String> {
        let ratios = match self {
            Self::List(values) => values.iter().map(Self::ratio).collect::<Result<Vec<_>, _>>()?,
            _ => Vec::new(),
        };
        let shares = ratios.try_into().map_err(|_| SHARES)?;
        if check::are_shares(&shares) { Ok(shares) } else { Err(FALLING_SHARES.into()) }
    }

    /// Count and period.
    pub(super) fn rate(&self) -> Result<(u32, Duration), String> {
        // What is no text is no rate either.
        let text = if let Self::Text(text) = self { text.as_str() } else { "" };
        parse_rate(text).map_err(Into::into)
    }

    pub(super) fn window(&self) -> Result<Window, String> {
        match self {
            Self::Integer(_) => self.count().map(Window::Calls),
            Self::Text(_) => match self.duration()? {
                time if time < SHORTEST_WINDOW => {
                    Err("a window lasts at least 10 ms: write \"10ms\" or more".into())
                }
                time => Ok(Window::Time(time)),
            },
            _ => Err("a window is a duration (\"10s\") or a number of calls (100)".into()),
        }
    }

    pub(super) fn tolerance(&self) -> Result<f64, String> {
        match self.number() {
            Some(times) if check::is_tolerance(times) => Ok(times),
            _ => Err("a tolerance is above 1 and at most 10: write one like 1.5".into()),
        }
    }

    pub(super) fn sample_window(&self) -> Result<Duration, String> {
        match self.duration()? {
            time if time < SHORTEST_WINDOW => {
                Err("a window lasts at least 10 ms: write \"10ms\" or more".into())
            }
            time => Ok(time),
        }
    }

    pub(super) fn samples(&self) -> Result<u32, String> {
        match self.count()? {
            samples if samples < check::FEWEST_SAMPLES => {
                Err(format!("a window needs at least {} samples", check::FEWEST_SAMPLES))
            }
            samples => Ok(samples),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, String> {
        match self {
            Self::Flag(flag) => Ok(*flag),
            _ => Err("a flag is `true` or `false`".into()),
        }
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, String> {
        let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let Self::Text(text) = self else {
            return Err(format!("this is one of the words {}", listed(&names)));
        };
        let found = words.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
        found.ok_or_else(|| match nearest(text, names.iter().copied()) {
            Some(meant) => format!(
                "unknown word `{text}`: did you mean `{meant}`? It is one of {}",
                listed(&names)
            ),
            None => format!("unknown word `{text}`: it is one of {}", listed(&names)),
        })
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
