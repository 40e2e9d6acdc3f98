//! What an outage was like, in figures.

use std::time::{Duration, Instant};

use super::lag::Lag;
use super::{Call, Gauges, Outcome, Timeline};

/// What is known besides the calls.
pub(super) struct Seen {
    pub(super) start: Instant,
    pub(super) began: Instant,
    pub(super) ended: Instant,
    /// Requests before the outage, and during it, to the place that failed.
    pub(super) normal: u64,
    pub(super) outage: u64,
    pub(super) retries: u64,
    pub(super) deadline: Duration,
    /// Whether only answers from the cache show that all is well.
    pub(super) cached: bool,
    pub(super) lost: usize,
    pub(super) twice: usize,
    pub(super) well: bool,
    pub(super) report: String,
    pub(super) lag: Lag,
}

/// What an outage was like.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Calls that began during the outage, and what became of them.
    pub calls: usize,
    /// With the full answer.
    pub answered: usize,
    /// With the answer that is defined for it.
    pub fallbacks: usize,
    /// With an error, or none.
    pub failed: usize,
    /// During the outage.
    pub p50: Duration,
    /// During the outage.
    pub p99: Duration,
    /// By how much any call exceeded its deadline, less what this machine held it up.
    pub over: Duration,
    /// Requests to the place that failed: so many per call as a share of what is normal.
    pub load: f64,
    /// Retries from the start on.
    pub retries: u64,
    /// Calls from the start on.
    pub total: usize,
    /// From the end of the fault to the first answer that was as before, less what this machine
    /// held up.
    pub recovery: Option<Duration>,
    /// Whether one call after the other got the full answer in the end.
    pub well: bool,
    /// Taken in, but never done.
    pub lost: usize,
    /// Done under more than one idempotency key.
    pub twice: usize,
    /// How long this machine held up whatever ran, from the start on.
    pub held_up: Duration,
    /// What the service said of its policies when the load ended.
    pub report: String,
    /// What became of calls over time, before, during and after the fault.
    pub timeline: Timeline,
    /// What the service held while idle.
    pub before: Gauges,
    /// The same, when all was over.
    pub after: Gauges,
}

impl Figures {
    pub(super) fn new(seen: &Seen, calls: &[Call], before: Gauges, after: Gauges) -> Self {
        let outage: Vec<Call> = between(calls, seen.began, seen.ended).copied().collect();
        let normally = between(calls, seen.start, seen.began).count();
        let end = calls.last().map_or(seen.ended, |call| call.begun);
        Self {
            calls: outage.len(),
            answered: outage.iter().filter(|call| is_full(call)).count(),
            fallbacks: with(&outage, Outcome::Fallback),
            failed: with(&outage, Outcome::Failed),
            p50: percentile(&outage, 50),
            p99: percentile(&outage, 99),
            over: calls.iter().map(|call| seen.over(call)).max().unwrap_or_default(),
            load: ratio(seen.outage, outage.len()) / ratio(seen.normal, normally),
            retries: seen.retries,
            total: calls.len(),
            recovery: calls.iter().filter_map(|call| seen.recovery(call)).min(),
            well: seen.well,
            lost: seen.lost,
            twice: seen.twice,
            held_up: seen.lag.within(seen.start, end),
            report: seen.report.clone(),
            timeline: Timeline::new(seen, calls),
            before,
            after,
        }
    }

    /// Tasks and KiB more than before.
    #[must_use]
    pub fn left(&self) -> (u64, u64) {
        let (before, after) = (&self.before, &self.after);
        (after.tasks.saturating_sub(before.tasks), after.memory.saturating_sub(before.memory))
    }
}

impl Seen {
    fn over(&self, call: &Call) -> Duration {
        match call.took.saturating_sub(self.deadline) {
            Duration::ZERO => Duration::ZERO,
            over => over.saturating_sub(self.lag.within(call.begun, call.begun + call.took)),
        }
    }

    /// `None` for a call that doesn't show that all is well again.
    fn recovery(&self, call: &Call) -> Option<Duration> {
        let as_before = if self.cached { call.outcome == Outcome::Cached } else { is_full(call) };
        let answer = call.begun + call.took;
        let took = || (answer - self.ended).saturating_sub(self.lag.within(self.ended, answer));
        (as_before && call.begun >= self.ended).then(took)
    }
}

fn between(calls: &[Call], from: Instant, to: Instant) -> impl Iterator<Item = &Call> {
    calls.iter().filter(move |call| from <= call.begun && call.begun < to)
}

fn is_full(call: &Call) -> bool {
    matches!(call.outcome, Outcome::Answered | Outcome::Cached)
}

fn with(calls: &[Call], outcome: Outcome) -> usize {
    calls.iter().filter(|call| call.outcome == outcome).count()
}

pub(super) fn ratio(part: impl TryInto<u32>, whole: usize) -> f64 {
    let part = part.try_into().ok().map_or(f64::INFINITY, f64::from);
    part / f64::from(u32::try_from(whole.max(1)).unwrap_or(u32::MAX))
}

fn percentile(calls: &[Call], percent: usize) -> Duration {
    let mut took: Vec<Duration> = calls.iter().map(|call| call.took).collect();
    took.sort_unstable();
    let rank = (took.len() * percent).div_ceil(100);
    took.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}
