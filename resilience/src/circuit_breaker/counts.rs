//! What a breaker has counted in its whole life, and when it tripped.

use std::time::SystemTime;

use crate::circuit_state::{Cause, Counts};

/// What the breaker saw in its lifetime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Totals {
    /// Admitted calls that ended: successes + failures + ignored + cancelled + stale.
    pub requests: u64,
    /// Calls that succeeded.
    pub successes: u64,
    /// Calls that failed, panicked, or were timed out by a timeout of ours.
    pub failures: u64,
    /// Calls whose outcome says nothing.
    pub ignored: u64,
    /// Of the calls that succeeded, failed or were cancelled, those that took at least `slow_call`.
    pub slow: u64,
    /// Calls that were rejected.
    pub rejected: u64,
    /// Calls whose future was dropped before it finished.
    pub cancelled: u64,
    /// Results that arrived after the state had changed; they changed nothing.
    pub stale: u64,
}

impl Totals {
    /// How calls ended, in the words of the label `outcome`.
    pub(crate) fn tell(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        tell("success", self.successes);
        tell("failure", self.failures);
        tell("ignored", self.ignored);
        tell("cancelled", self.cancelled);
        tell("stale", self.stale);
        tell("rejected", self.rejected);
    }
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.successes += other.successes;
        self.failures += other.failures;
        self.ignored += other.ignored;
        self.slow += other.slow;
        self.rejected += other.rejected;
        self.cancelled += other.cancelled;
        self.stale += other.stale;
    }
}

/// The last time a breaker opened by its own judgement. It stays readable after counts were zeroed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trip {
    /// What tripped it.
    pub cause: Cause,
    /// The counts that it was judged by.
    pub counts: Counts,
    /// When, on the wall clock.
    pub at: SystemTime,
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    fn totals(from: u64) -> Totals {
        Totals {
            requests: from,
            successes: from + 1,
            failures: from + 2,
            ignored: from + 3,
            slow: from + 4,
            rejected: from + 5,
            cancelled: from + 6,
            stale: from + 7,
        }
    }

    #[test]
    fn totals_of_several_breakers_add_up() {
        let mut all = totals(10);
        all += totals(100);
        let Totals { requests, successes, failures, ignored, slow, rejected, cancelled, stale } =
            all;
        let sums = [requests, successes, failures, ignored, slow, rejected, cancelled, stale];
        assert_eq!(sums, [110, 112, 114, 116, 118, 120, 122, 124]);
    }
}
