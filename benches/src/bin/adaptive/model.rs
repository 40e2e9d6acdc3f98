//! The model: workers with a queue behind a limit, in simulated time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::scenarios::{Scenario, Service};

/// Callers give up after this many seconds.
const PATIENCE: f64 = 1.0;

/// How a call ended.
pub(crate) struct End {
    pub(crate) now: f64,
    /// In seconds.
    pub(crate) took: f64,
    /// How many were in flight when it was admitted, itself included.
    pub(crate) in_flight: u32,
    /// How many are in flight now, itself included.
    pub(crate) still: u32,
    /// It was given up.
    pub(crate) is_dropped: bool,
}

/// What decides how many calls may be in flight.
pub(crate) trait Limiter {
    fn limit(&self) -> u32;
    fn end(&mut self, end: &End);
}

/// What came of the last phase of a scenario.
pub(crate) struct Result {
    /// Answered in time, in percent of the possible.
    pub(crate) done: f64,
    /// In percent of the calls that came.
    pub(crate) rejected: f64,
    pub(crate) median_ms: f64,
}

/// A call in flight, ordered by its end.
#[derive(PartialEq)]
struct Call {
    ends: f64,
    came: f64,
    in_flight: u32,
    is_dropped: bool,
    is_judged: bool,
}

impl Eq for Call {}

impl PartialOrd for Call {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Call {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.ends.total_cmp(&other.ends)
    }
}

#[derive(PartialEq)]
struct Free(f64);

impl Eq for Free {}

impl PartialOrd for Free {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Free {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// What happened in the phase that is judged.
#[derive(Default)]
struct Counts {
    offered: u32,
    rejected: u32,
    took: Vec<f64>,
}

/// Runs a scenario; its judged phase is its result.
pub(crate) fn run(limiter: &mut dyn Limiter, scenario: &Scenario, seed: u64) -> Result {
    let mut random = Random::new(seed);
    let mut workers: BinaryHeap<_> = (0..scenario.workers).map(|_| Reverse(Free(0.0))).collect();
    let (mut flying, mut counts, mut now, mut began) =
        (BinaryHeap::new(), Counts::default(), 0.0, 0.0);
    for (place, phase) in scenario.phases.iter().enumerate() {
        loop {
            now += random.exponential(1.0 / phase.rate);
            let is_over = now >= phase.until;
            now = now.min(phase.until);
            settle(limiter, &mut flying, now, &mut counts);
            if is_over {
                break;
            }
            let is_judged = place == scenario.judged;
            counts.offered += u32::from(is_judged);
            let in_flight = flying.len() as u32;
            if in_flight >= limiter.limit() {
                counts.rejected += u32::from(is_judged);
                continue;
            }
            let service = random.service(scenario) * phase.slower;
            let Some(Reverse(Free(free))) = workers.pop() else { continue };
            let ends = free.max(now) + service;
            workers.push(Reverse(Free(ends)));
            let is_dropped = ends - now > PATIENCE;
            let ends = if is_dropped { now + PATIENCE } else { ends };
            flying.push(Reverse(Call {
                ends,
                came: now,
                in_flight: in_flight + 1,
                is_dropped,
                is_judged,
            }));
        }
        if place == scenario.judged {
            break;
        }
        began = phase.until;
    }
    counts.result(scenario, began)
}

/// Calls that have ended by now.
fn settle(
    limiter: &mut dyn Limiter,
    flying: &mut BinaryHeap<Reverse<Call>>,
    now: f64,
    counts: &mut Counts,
) {
    while flying.peek().is_some_and(|Reverse(first)| first.ends <= now) {
        let still = flying.len() as u32;
        let Some(Reverse(call)) = flying.pop() else { return };
        let took = call.ends - call.came;
        limiter.end(&End {
            now: call.ends,
            took,
            in_flight: call.in_flight,
            still,
            is_dropped: call.is_dropped,
        });
        if call.is_judged && !call.is_dropped {
            counts.took.push(took);
        }
    }
}

impl Counts {
    fn result(mut self, scenario: &Scenario, began: f64) -> Result {
        let phase = &scenario.phases[scenario.judged];
        let capacity = f64::from(scenario.workers) / (scenario.mean * phase.slower);
        let possible = (phase.until - began) * phase.rate.min(capacity);
        self.took.sort_by(f64::total_cmp);
        let median = self.took.get(self.took.len() / 2).copied().unwrap_or(f64::NAN);
        Result {
            done: 100.0 * self.took.len() as f64 / possible,
            rejected: 100.0 * f64::from(self.rejected) / f64::from(self.offered.max(1)),
            median_ms: median * 1e3,
        }
    }
}

/// Knuth's MMIX generator, its upper bits.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for _ in 0..8 {
            random.unit();
        }
        random
    }

    /// In `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// By Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn service(&mut self, scenario: &Scenario) -> f64 {
        let mean = scenario.mean;
        match scenario.service {
            Service::Exponential => self.exponential(mean),
            Service::Bimodal if self.unit() < 0.9 => 0.5 * mean,
            Service::Bimodal => 5.5 * mean,
            Service::Lognormal => mean * (0.5 * self.normal() - 0.125).exp(),
            Service::Constant => mean,
        }
    }
}
