//! Everything that is known about a call, taken along as one.

use super::attempt::Attempt;
use super::deadline::Deadline;

/// The facts of a call.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    deadline: Deadline,
    attempt: Attempt,
}

impl Facts {
    /// Those of no call.
    pub(super) const fn none() -> Self {
        Self { deadline: Deadline::NONE, attempt: Attempt::OUTSIDE }
    }

    /// Those in force here.
    pub(super) fn current() -> Self {
        Self { deadline: Deadline::current().inherited(), attempt: Attempt::current() }
    }

    /// Runs `f` as part of that call.
    pub(super) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        let Self { deadline, attempt } = self;
        deadline.scope(|| attempt.scope(f))
    }
}
