//! failsafe-go's adaptive limiter: queue estimate, and correlations of what is in flight with throughput and latency.

use std::collections::VecDeque;

use super::{Smoothed, quantile};
use crate::model::{End, Limiter};

const LEAST: f64 = 1.0;
const MOST: f64 = 200.0;
const SAMPLES: usize = 50;
/// The limit is at most so many times what is in flight.
const FACTOR: f64 = 5.0;

pub(crate) struct Failsafe {
    limit: f64,
    samples: Vec<f64>,
    in_flight: u32,
    last: VecDeque<f64>,
    recent: Smoothed,
    base: Smoothed,
    throughput: Correlation,
    latency: Correlation,
    window_ends: f64,
}

impl Failsafe {
    pub(crate) fn new() -> Self {
        Self {
            limit: 20.0,
            samples: Vec::new(),
            in_flight: 0,
            last: VecDeque::new(),
            recent: Smoothed::new(5.0),
            base: Smoothed::new(10.0),
            throughput: Correlation::default(),
            latency: Correlation::default(),
            window_ends: 0.0,
        }
    }

    /// The median of the last five windows' 90 % quantiles, smoothed.
    fn recent(&mut self, sample: f64) -> f64 {
        self.last.push_back(sample);
        if self.last.len() > 5 {
            self.last.pop_front();
        }
        let mut sorted: Vec<_> = self.last.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        self.recent.add(sorted[sorted.len() / 2])
    }

    fn update(&mut self, recent: f64, is_full: bool) {
        let in_flight = f64::from(self.in_flight);
        let base = self.base.add(recent);
        let queue = (self.limit * (1.0 - base / recent)).ceil();
        let (throughput, variation) = self.throughput.add(in_flight, in_flight / recent);
        let (latency, _) = self.latency.add(in_flight, recent);
        let log = self.limit.floor().max(1.0).log10();
        let scaled = |times: f64| (times * log).floor().max(times);
        let step = scaled(1.0);
        let is_useless = throughput < 0.0 || latency > 0.5 && (throughput < 0.3 || variation < 0.2);
        let next = match queue {
            queue if queue > scaled(6.0) => self.limit - step,
            _ if is_full && is_useless => self.limit - step,
            queue if queue < scaled(3.0) => self.limit + step,
            _ => self.limit,
        };
        let most = in_flight * FACTOR;
        let bounded = match next {
            next if next <= most => next,
            _ if self.limit > most => self.limit - step,
            _ => most,
        };
        self.limit = bounded.clamp(LEAST, MOST);
    }
}

impl Limiter for Failsafe {
    fn limit(&self) -> u32 {
        self.limit as u32
    }

    fn end(&mut self, end: &End) {
        if !end.is_dropped {
            self.samples.push(end.took);
            self.in_flight = self.in_flight.max(end.in_flight);
        }
        if end.now <= self.window_ends || self.samples.len() < SAMPLES {
            return;
        }
        let mut samples = std::mem::take(&mut self.samples);
        samples.sort_by(f64::total_cmp);
        let recent = self.recent(quantile(&samples, 0.9));
        self.update(recent, f64::from(end.still) >= self.limit.floor());
        self.in_flight = 0;
        self.window_ends = end.now + (2.0 * samples[0]).clamp(1.0, 30.0);
    }
}

/// Pearson's correlation over the last fifty pairs.
#[derive(Default)]
struct Correlation(VecDeque<(f64, f64)>);

impl Correlation {
    /// The correlation, and the second series' coefficient of variation.
    fn add(&mut self, first: f64, second: f64) -> (f64, f64) {
        self.0.push_back((first, second));
        if self.0.len() > 50 {
            self.0.pop_front();
        }
        if self.0.len() < 10 {
            return (0.0, 0.0);
        }
        let count = self.0.len() as f64;
        let mean = |of: &dyn Fn(&(f64, f64)) -> f64| self.0.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
        let (vx, vy) = (mean(&|pair| (pair.0 - x).powi(2)), mean(&|pair| (pair.1 - y).powi(2)));
        let variation =
            |variance: f64, mean: f64| if mean == 0.0 { 0.0 } else { variance.sqrt() / mean };
        let (cx, cy) = (variation(vx, x), variation(vy, y));
        if cx < 0.01 || cy < 0.01 {
            return (0.0, cy);
        }
        (mean(&|pair| (pair.0 - x) * (pair.1 - y)) / (vx * vy).sqrt(), cy)
    }
}
