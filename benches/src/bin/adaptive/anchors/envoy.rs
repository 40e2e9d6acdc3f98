//! Envoy's gradient controller: the median of 100 ms against a latency that is measured each minute at a limit of 3.

use super::quantile;
use crate::model::{End, Limiter, Random};

const LEAST: u32 = 3;
const SAMPLES: usize = 50;

pub(crate) struct Envoy {
    limit: u32,
    saved: u32,
    is_measuring: bool,
    samples: Vec<f64>,
    epoch: f64,
    window_ends: f64,
    least: f64,
    measures_at: f64,
    at_least: u32,
    random: Random,
}

impl Envoy {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            limit: LEAST,
            saved: LEAST,
            is_measuring: true,
            samples: Vec::new(),
            epoch: 0.0,
            window_ends: 0.0,
            least: 0.0,
            measures_at: 0.0,
            at_least: 0,
            random: Random::new(seed ^ 0xE4),
        }
    }

    /// Five windows at the least limit in a row: the measured latency is too low.
    fn set(&mut self, limit: u32) {
        let stays = !self.is_measuring && self.limit == LEAST && limit == LEAST;
        self.at_least = if stays { self.at_least + 1 } else { 0 };
        self.limit = limit;
        if self.at_least >= 5 {
            self.measures_at = 0.0;
        }
    }

    fn take_sample(&mut self, at: f64) -> f64 {
        let mut samples = std::mem::take(&mut self.samples);
        samples.sort_by(f64::total_cmp);
        quantile(&samples, at)
    }

    fn measured(&mut self, now: f64) {
        self.least = self.take_sample(0.5);
        self.is_measuring = false;
        self.set(self.saved);
        self.measures_at = now + 60.0 * (1.0 + 0.15 * self.random.unit());
        self.window_ends = now + 0.1;
    }

    fn window(&mut self, now: f64) {
        let sample = self.take_sample(0.5);
        self.window_ends = now + 0.1;
        let gradient = (self.least * 1.25 / sample).clamp(0.5, 2.0);
        let limit = f64::from(self.limit) * gradient;
        self.set(((limit + limit.sqrt()) as u32).clamp(LEAST, 1_000));
    }
}

impl Limiter for Envoy {
    fn limit(&self) -> u32 {
        self.limit
    }

    fn end(&mut self, end: &End) {
        if !self.is_measuring && end.now >= self.measures_at {
            (self.is_measuring, self.saved, self.limit) = (true, self.limit, LEAST);
            self.samples.clear();
            (self.epoch, self.at_least) = (end.now, 0);
        }
        if end.now - end.took < self.epoch {
            return;
        }
        if !end.is_dropped {
            self.samples.push(end.took);
        }
        if self.is_measuring {
            if self.samples.len() >= SAMPLES {
                self.measured(end.now);
            }
        } else if end.now >= self.window_ends && !self.samples.is_empty() {
            self.window(end.now);
        }
    }
}
