//! Everything that is known about a call, taken along as one.

use super::attempt::Attempt;
use super::deadline::Deadline;
use super::priority::Priority;
use super::trial::Trials;

/// The facts of a call.
pub(super) struct Facts {
    deadline: Deadline,
    attempt: Attempt,
    priority: Priority,
    trials: Trials,
}

impl Facts {
    /// Those of no call.
    pub(super) const fn none() -> Self {
        Self {
            deadline: Deadline::NONE,
            attempt: Attempt::OUTSIDE,
            priority: Priority::Critical,
            trials: Trials::NONE,
        }
    }

    /// Those in force here.
    pub(super) fn current() -> Self {
        Self {
            deadline: Deadline::current().inherited(),
            attempt: Attempt::current(),
            priority: Priority::current(),
            trials: Trials::current(),
        }
    }

    /// Runs `f` as part of that call.
    pub(super) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        let Self { deadline, attempt, priority, trials } = self;
        let f = || attempt.scope(|| trials.scope(f));
        deadline.scope(Deadline::current(), || priority.scope(f))
    }
}
