//! What became of the requests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How a request ended, as the shopper sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    /// An error, or no answer before the shopper gave up.
    Failed,
    /// Turned away by a policy, with the advice to come back later.
    Rejected,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    outcome: Outcome,
    wait: Duration,
}

/// Filled by the load, read by the display.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    samples: Vec<Sample>,
    waiting: u64,
    most_waiting: u64,
}

impl Record {
    pub(crate) fn arrived(&self) {
        let mut seen = self.seen();
        seen.waiting += 1;
        seen.most_waiting = seen.most_waiting.max(seen.waiting);
    }

    pub(crate) fn left(&self, outcome: Outcome, wait: Duration) {
        let mut seen = self.seen();
        seen.waiting -= 1;
        seen.samples.push(Sample { outcome, wait });
    }

    /// Requests without an outcome so far.
    pub(crate) fn waiting(&self) -> u64 {
        self.seen().waiting
    }

    /// The most that ever waited at the same time.
    pub(crate) fn most_waiting(&self) -> u64 {
        self.seen().most_waiting
    }

    /// Figures of everything but the first `skipped` outcomes.
    pub(crate) fn figures(&self, skipped: usize) -> Figures {
        Figures::of(&self.seen().samples[skipped..])
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts and waits of some requests.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) answered: u64,
    pub(crate) failed: u64,
    pub(crate) rejected: u64,
    /// What those waited, in sum, who were not answered.
    pub(crate) in_vain: Duration,
    /// From short to long.
    waits: Vec<Duration>,
}

impl Figures {
    fn of(samples: &[Sample]) -> Self {
        let count =
            |outcome| samples.iter().map(|sample| u64::from(sample.outcome == outcome)).sum();
        let unanswered = samples.iter().filter(|sample| sample.outcome != Outcome::Answered);
        let mut waits: Vec<_> = samples.iter().map(|sample| sample.wait).collect();
        waits.sort_unstable();
        Self {
            answered: count(Outcome::Answered),
            failed: count(Outcome::Failed),
            rejected: count(Outcome::Rejected),
            in_vain: unanswered.map(|sample| sample.wait).sum(),
            waits,
        }
    }

    pub(crate) fn total(&self) -> usize {
        self.waits.len()
    }

    /// The wait that `percent` of the requests did not exceed; `None` without requests.
    pub(crate) fn percentile(&self, percent: usize) -> Option<Duration> {
        let rank = (self.waits.len() * percent).div_ceil(100);
        self.waits.get(rank.saturating_sub(1)).copied()
    }

    pub(crate) fn worst(&self) -> Option<Duration> {
        self.waits.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let samples: Vec<_> = (1..=200)
            .map(|millis| Sample {
                outcome: Outcome::Answered,
                wait: Duration::from_millis(millis),
            })
            .collect();
        let figures = Figures::of(&samples);
        assert_eq!(figures.percentile(50), Some(Duration::from_millis(100)));
        assert_eq!(figures.percentile(99), Some(Duration::from_millis(198)));
        assert_eq!(Figures::of(&[]).percentile(50), None);
    }
}
