//! Successes and failures in a row, by the success counter alone. Pure.

/// Failures in a row, and where the successes in a row began.
#[derive(Debug, Default)]
pub(super) struct Streak {
    failures: u64,
    /// The success counter at the last failure or change of state.
    successes_before: u64,
}

impl Streak {
    /// None yet, as of this reading of the success counter.
    pub(super) fn since(successes: u64) -> Self {
        Self { failures: 0, successes_before: successes }
    }

    #[inline]
    pub(super) fn fail(&mut self, successes: u64) {
        *self = self.after_failure(successes);
    }

    /// As it will be after one more failure.
    #[inline]
    pub(super) fn after_failure(&self, successes: u64) -> Self {
        Self { failures: self.failures(successes) + 1, successes_before: successes }
    }

    /// One of the successes counted is none: an abandoned call neither continues nor ends a streak.
    pub(super) fn pass_over(&mut self) {
        self.successes_before += 1;
    }

    #[inline]
    pub(super) fn successes(&self, successes: u64) -> u64 {
        successes - self.successes_before
    }

    #[inline]
    pub(super) fn failures(&self, successes: u64) -> u64 {
        if self.successes(successes) == 0 { self.failures } else { 0 }
    }
}
