//! The library's own machine, from its own source, with the windows that its controller makes.

// The same file that the library compiles: it imports nothing.
#[path = "../../../../resilience/src/bulkhead/adaptive/machine.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library uses what this program does not")]
mod machine;

use self::machine::{Bounds, Machine, Sample};
use crate::model::{End, Limiter};

const WINDOW: f64 = 0.1;
const BOUNDS: Bounds = Bounds {
    initial: 20.0,
    min: 1.0,
    max: 200.0,
    tolerance: 1.5,
    max_latency: None,
    window: 100_000_000,
    min_samples: 50,
};

pub(crate) struct Ours {
    machine: Machine,
    sample: Sample,
    began: Option<f64>,
    /// The first window ends as soon as it has its samples.
    length: f64,
}

impl Ours {
    pub(crate) fn new() -> Self {
        Self {
            machine: Machine::new(BOUNDS.initial),
            sample: Sample::default(),
            began: None,
            length: 0.0,
        }
    }
}

impl Limiter for Ours {
    fn limit(&self) -> u32 {
        self.machine.in_force()
    }

    fn end(&mut self, end: &End) {
        self.sample.peak = self.sample.peak.max(end.in_flight);
        if end.is_dropped {
            self.sample.drops += 1;
        } else {
            self.sample.calls += 1;
            self.sample.sum += end.took * 1e9;
        }
        let began = *self.began.get_or_insert(end.now - end.took);
        let (age, ends) = (end.now - began, self.sample.ends());
        if age >= self.length && ends >= BOUNDS.min_samples || age >= 30.0 && ends >= 10 {
            self.machine.update(std::mem::take(&mut self.sample), &BOUNDS);
            self.length = WINDOW.max(2.0 * self.machine.base / 1e9);
            self.began = Some(end.now);
        }
    }
}
