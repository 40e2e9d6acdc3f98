//! Everything that is wrong with overrides, told at once.

use std::error::Error;
use std::fmt;

use crate::problem::Problem;

/// Every [`Problem`] of a set of overrides, in the order of their places; a line each.
///
/// Nothing was changed: what was in force still is.
#[derive(Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(order);
        Self(problems)
    }

    /// Each problem.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// The first one alone. There is always one.
    pub(super) fn into_first(mut self) -> Problem {
        self.0.swap_remove(0)
    }

    /// Writes them to the log, an event each.
    pub(super) fn log(&self, event: &'static str) {
        for problem in &self.0 {
            tracing::error!(target: "resilience::overrides", event, "{problem}");
        }
    }

    /// How many there are: one at least.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// By file, then by line and column as numbers.
fn order(problem: &Problem) -> (String, Vec<u32>) {
    let mut place = problem.place().unwrap_or_default();
    let mut numbers = Vec::new();
    while let Some((rest, number)) = place.rsplit_once(':') {
        let Ok(number) = number.parse() else { break };
        numbers.insert(0, number);
        place = rest;
    }
    (place.to_owned(), numbers)
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            let end = if i > 0 { "\n" } else { "" };
            write!(f, "{end}{problem}")?;
        }
        Ok(())
    }
}

/// As it is displayed: `main` shows an error by this.
impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Problems {}
