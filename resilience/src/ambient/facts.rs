//! Everything that is known about a call, taken along as one.

use super::attempt::Attempt;
use super::deadline::Deadline;
use super::trial::Trials;

/// The facts of a call.
pub(super) struct Facts {
    deadline: Deadline,
    attempt: Attempt,
    trials: Trials,
}

impl Facts {
    /// Those of no call.
    pub(super) const fn none() -> Self {
        Self { deadline: Deadline::NONE, attempt: Attempt::OUTSIDE, trials: Trials::NONE }
    }

    /// Those in force here.
    pub(super) fn current() -> Self {
        let deadline = Deadline::current().inherited();
        Self { deadline, attempt: Attempt::current(), trials: Trials::current() }
    }

    /// Runs `f` as part of that call.
    pub(super) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        let Self { deadline, attempt, trials } = self;
        deadline.scope(Deadline::current(), || attempt.scope(|| trials.scope(f)))
    }
}
