//! A limiter's word as those who wait see it.

use super::gcra::{Decision, Gcra};
use crate::clock::Nanos;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// The bit of a limiter's word that no arrival time reaches: callers wait.
pub(super) const QUEUED: u64 = 1 << 63;

/// A limiter's word and what it means.
#[derive(Clone, Copy)]
pub(super) struct Bucket<'l> {
    pub(super) word: &'l AtomicU64,
    pub(super) gcra: Gcra,
}

impl Bucket<'_> {
    /// Lets a newcomer pass if it may and no caller waits. Else it marks the word, if the wait is short enough, and tells
    /// how long that is.
    pub(super) fn enter(
        self,
        now: Nanos,
        weight: u64,
        patience: u64,
        is_alone: bool,
    ) -> Result<(), u64> {
        let mut bits = self.word.load(Relaxed);
        loop {
            let arrival = bits & !QUEUED;
            let wait = self.gcra.wait(arrival, now, weight);
            let enters = is_alone && wait == 0;
            if !enters && wait > patience {
                return Err(wait);
            }
            let next = if enters { arrival.max(now) + weight } else { bits | QUEUED };
            match self.word.compare_exchange_weak(bits, next, Relaxed, Relaxed) {
                Ok(_) if enters => return Ok(()),
                Ok(_) => return Err(wait),
                Err(newer) => bits = newer,
            }
        }
    }

    /// The first in line takes its turn, or learns when it comes.
    pub(super) fn take_turn(self, now: Nanos, cost: u32, others_wait: bool) -> Result<(), Nanos> {
        let weight = self.gcra.weight(cost.into());
        let flag = if others_wait { QUEUED } else { 0 };
        let take = |bits: u64| match self.gcra.decide_waiting(bits & !QUEUED, now, weight) {
            Decision::Pass(next) => Some(next | flag),
            Decision::Wait(_) => None,
        };
        let taken = self.word.fetch_update(Relaxed, Relaxed, take);
        taken.map(drop).map_err(|_| self.due(cost))
    }

    /// No caller waits any more.
    pub(super) fn mark_empty(self) {
        self.word.fetch_and(!QUEUED, Relaxed);
    }

    /// When a call of that cost could pass if none were ahead.
    pub(super) fn due(self, cost: u32) -> Nanos {
        let arrival = self.word.load(Relaxed) & !QUEUED;
        self.gcra.due(arrival, self.gcra.weight(cost.into()))
    }
}
