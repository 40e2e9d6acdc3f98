//! Netflix concurrency-limits: AIMD, Vegas, Gradient2, and the windows that the latter two see.

use super::Smoothed;
use crate::model::{End, Limiter, Random};

/// What a window has seen.
pub(crate) struct Seen {
    took: f64,
    in_flight: u32,
    has_dropped: bool,
}

/// A limit that changes once a window.
pub(crate) trait PerWindow {
    fn limit(&self) -> f64;
    fn update(&mut self, seen: &Seen);
}

/// Windows of a second with ten samples at least.
pub(crate) struct Windowed<L> {
    limit: L,
    ends: f64,
    sum: f64,
    samples: u32,
    in_flight: u32,
    has_dropped: bool,
}

impl<L> Windowed<L> {
    pub(crate) fn new(limit: L) -> Self {
        Self { limit, ends: 0.0, sum: 0.0, samples: 0, in_flight: 0, has_dropped: false }
    }
}

impl<L: PerWindow> Limiter for Windowed<L> {
    fn limit(&self) -> u32 {
        self.limit.limit() as u32
    }

    fn end(&mut self, end: &End) {
        if end.took < 1e-4 {
            return;
        }
        self.sum += end.took;
        self.samples += 1;
        self.in_flight = self.in_flight.max(end.in_flight);
        self.has_dropped |= end.is_dropped;
        if end.now <= self.ends {
            return;
        }
        self.ends = end.now + 1.0;
        if self.samples >= 10 {
            let took = self.sum / f64::from(self.samples);
            let (in_flight, has_dropped) = (self.in_flight, self.has_dropped);
            self.limit.update(&Seen { took, in_flight, has_dropped });
        }
        (self.sum, self.samples, self.in_flight, self.has_dropped) = (0.0, 0, 0, false);
    }
}

pub(crate) struct Gradient2 {
    limit: f64,
    long: Smoothed,
}

impl Gradient2 {
    const LEAST: f64 = 20.0;
    const MOST: f64 = 200.0;

    pub(crate) fn new() -> Self {
        Self { limit: 20.0, long: Smoothed::new(600.0) }
    }
}

impl PerWindow for Gradient2 {
    fn limit(&self) -> f64 {
        self.limit
    }

    fn update(&mut self, seen: &Seen) {
        let long = self.long.add(seen.took);
        if long / seen.took > 2.0 {
            self.long.value *= 0.95;
        }
        if f64::from(seen.in_flight) < self.limit / 2.0 {
            return;
        }
        let gradient = (1.5 * long / seen.took).clamp(0.5, 1.0);
        let next = self.limit * 0.8 + (self.limit * gradient + 4.0) * 0.2;
        self.limit = next.clamp(Self::LEAST, Self::MOST);
    }
}

pub(crate) struct Vegas {
    limit: f64,
    least: f64,
    since_probe: f64,
    jitter: f64,
    random: Random,
}

impl Vegas {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0xBEEF);
        let jitter = 0.5 + 0.5 * random.unit();
        Self { limit: 20.0, least: 0.0, since_probe: 0.0, jitter, random }
    }
}

impl PerWindow for Vegas {
    fn limit(&self) -> f64 {
        self.limit
    }

    fn update(&mut self, seen: &Seen) {
        self.since_probe += 1.0;
        if self.jitter * 30.0 * self.limit <= self.since_probe {
            self.jitter = 0.5 + 0.5 * self.random.unit();
            (self.since_probe, self.least) = (0.0, seen.took);
            return;
        }
        if self.least == 0.0 || seen.took < self.least {
            self.least = seen.took;
            return;
        }
        let queue = (self.limit * (1.0 - self.least / seen.took)).ceil();
        let step = self.limit.floor().log10().floor().max(1.0);
        let change = match queue {
            _ if seen.has_dropped => -step,
            _ if f64::from(seen.in_flight) * 2.0 < self.limit => return,
            queue if queue <= step => 6.0 * step,
            queue if queue < 3.0 * step => step,
            queue if queue > 6.0 * step => -step,
            _ => return,
        };
        self.limit = (self.limit + change).clamp(1.0, 1_000.0);
    }
}

pub(crate) struct Aimd {
    limit: u32,
}

impl Aimd {
    pub(crate) fn new() -> Self {
        Self { limit: 20 }
    }
}

impl Limiter for Aimd {
    fn limit(&self) -> u32 {
        self.limit
    }

    fn end(&mut self, end: &End) {
        if end.is_dropped || end.took > 5.0 {
            self.limit = (f64::from(self.limit) * 0.9) as u32;
        } else if end.in_flight * 2 >= self.limit {
            self.limit += 1;
        }
        self.limit = self.limit.clamp(20, 200);
    }
}
