//! What keeps a change of options from being made.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Why a policy cannot be changed so, in one sentence.
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
    text: Cow<'static, str>,
}

impl Problem {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Problem {}
