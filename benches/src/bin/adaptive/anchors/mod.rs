//! The limits of other libraries, from their published formulas and with their own defaults.

mod envoy;
mod failsafe;
mod netflix;

use self::envoy::Envoy;
use self::failsafe::Failsafe;
use self::netflix::{Aimd, Gradient2, Vegas, Windowed};
use crate::Contender;

pub(crate) const ANCHORS: [Contender; 5] = [
    ("Gradient2", |_| Box::new(Windowed::new(Gradient2::new()))),
    ("Vegas", |seed| Box::new(Windowed::new(Vegas::new(seed)))),
    ("Envoy", |seed| Box::new(Envoy::new(seed))),
    ("failsafe-go", |_| Box::new(Failsafe::new())),
    ("AIMD", |_| Box::new(Aimd::new())),
];

/// A mean over the first samples, exponential from then on.
pub(crate) struct Smoothed {
    window: f64,
    samples: u32,
    sum: f64,
    pub(crate) value: f64,
}

impl Smoothed {
    const WARM_UP: u32 = 10;

    pub(crate) fn new(window: f64) -> Self {
        Self { window, samples: 0, sum: 0.0, value: 0.0 }
    }

    pub(crate) fn add(&mut self, sample: f64) -> f64 {
        if self.samples < Self::WARM_UP {
            self.samples += 1;
            self.sum += sample;
            self.value = self.sum / f64::from(self.samples);
        } else {
            let weight = 2.0 / (self.window + 1.0);
            self.value = self.value * (1.0 - weight) + sample * weight;
        }
        self.value
    }
}

/// The sample at a quantile; the samples are sorted.
pub(crate) fn quantile(samples: &[f64], at: f64) -> f64 {
    samples[(at * (samples.len() - 1) as f64) as usize]
}
