//! What keeps a change of options from being made.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::name::one_line;

/// Why a policy cannot be changed so, in one sentence; with the place where the mistake was written, if it was written
/// in a file or a variable.
///
/// ```
/// use resilience::{Hedge, HedgeConfig, Mode};
///
/// let hedge = Hedge::new("search", HedgeConfig::new());
/// let problem = hedge.set_mode(Mode::Observe).unwrap_err();
/// assert_eq!(problem.to_string(), "a hedge has no mode `observe`: write `enforce` or `off`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    place: Option<String>,
    text: Cow<'static, str>,
}

impl Problem {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { place: None, text: text.into() }
    }

    #[cfg(feature = "overrides")]
    pub(crate) fn at(place: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Some(place.into()), text: text.into() }
    }

    /// Where it was written: `file:line:column`, or a variable's name; `None` for what was said in code.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// The sentence without the place.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// On one line, whatever names it holds.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}: {}", one_line(place), one_line(&self.text)),
            None => f.write_str(&one_line(&self.text)),
        }
    }
}

impl Error for Problem {}
