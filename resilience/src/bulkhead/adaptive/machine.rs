//! The adaptive limit's machine: from what calls took, how many may run at once. Pure: no clock, no lock, no chance.
//!
//! By Little's law the limit settles where calls take `tolerance` times as long as they do without a queue. The latency
//! without a queue is the *base*: a running mean over windows that were not saturated. A saturated window never raises
//! it, so that it does not drift under load; what has really become slower is found out by an experiment, which halves
//! the limit and looks whether calls become shorter.

/// The first windows only find out the base.
const WARM_UP: u32 = 10;
/// Over how many windows the base is a mean.
const MEMORY: u32 = 50;
/// How fast a limit shrinks at most.
const SHRINK: f64 = 0.8;
/// How fast a limit comes down that is not needed.
const IDLE: f64 = 0.98;
/// Room for a burst of that many times the load.
const HEADROOM: f64 = 3.0;
/// A window is saturated when that much of the limit was in use.
const SATURATED: f64 = 0.9;
/// More dropped calls than this mean too much load, whatever the others took.
const DROPS: f64 = 0.1;
/// A queue of ours would have become shorter than this by half the limit.
const OURS: f64 = 0.7;
/// So many windows at the minimum are an experiment, too.
const LOW: u32 = 5;

/// What the limit may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) initial: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) tolerance: f64,
    /// In nanoseconds: calls that take longer are never healthy.
    pub(crate) max_latency: Option<f64>,
    /// How long a window takes at least, in nanoseconds, and how many samples it needs.
    pub(crate) window: u64,
    pub(crate) min_samples: u32,
}

/// What a window has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    /// Calls that succeeded, and how long they took together, in nanoseconds.
    pub(crate) calls: u32,
    pub(crate) sum: f64,
    /// Calls that ended by too much load.
    pub(crate) drops: u32,
    /// The most calls in flight.
    pub(crate) peak: u32,
}

/// The machine's state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Machine {
    pub(crate) limit: f64,
    /// The latency without a queue, in nanoseconds; zero before the first window.
    pub(crate) base: f64,
    /// The latency now.
    pub(crate) short: f64,
    pub(crate) saturated: bool,
    /// How often an experiment found that the dependency itself has become slower.
    pub(crate) resets: u32,
    windows: u32,
    mark: Option<Mark>,
    low: u32,
}

/// Where an experiment began.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    limit: f64,
    latency: f64,
}

impl Machine {
    pub(crate) const fn new(initial: f64) -> Self {
        Self {
            limit: initial,
            base: 0.0,
            short: 0.0,
            saturated: false,
            resets: 0,
            windows: 0,
            mark: None,
            low: 0,
        }
    }

    /// The limit in force: whole calls.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between its bounds"
    )]
    pub(crate) fn in_force(&self) -> u32 {
        self.limit as u32
    }

    /// The latency without a queue, in whole nanoseconds.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean latency")]
    pub(crate) fn base_nanos(&self) -> u64 {
        self.base as u64
    }

    /// Keeps the limit between bounds that may have changed.
    pub(crate) fn fit(&mut self, bounds: &Bounds) {
        self.limit = self.limit.clamp(bounds.min, bounds.max);
    }

    /// Ends a window.
    pub(crate) fn update(&mut self, sample: Sample, bounds: &Bounds) {
        self.saturated = f64::from(sample.peak) >= SATURATED * self.limit.floor();
        if sample.calls == 0 || f64::from(sample.drops) > DROPS * f64::from(sample.ends()) {
            // An experiment compares latencies, of which dropped calls have none: the next one begins below this limit.
            self.mark = None;
            self.limit = bounds.min.max(self.limit * SHRINK);
            return;
        }
        let latency = sample.sum / f64::from(sample.calls);
        self.learn(latency);
        let gradient = self.gradient(bounds);
        match (self.saturated, gradient < 1.0) {
            (false, too_slow) => self.follow(sample.peak, too_slow, bounds),
            (true, false) => self.grow(bounds.max),
            (true, true) => self.shrink(latency, gradient, bounds),
        }
    }

    /// The two latencies, with one more window.
    fn learn(&mut self, latency: f64) {
        let first = self.windows == 0;
        self.short = if first { latency } else { self.short + 0.5 * (latency - self.short) };
        if self.windows < WARM_UP || !self.saturated {
            self.windows = (self.windows + 1).min(MEMORY);
            self.base += (latency - self.base) / f64::from(self.windows);
        } else if latency < self.base {
            self.base += 0.1 * (latency - self.base);
        }
    }

    /// Below 1 when calls take too long.
    fn gradient(&self, bounds: &Bounds) -> f64 {
        let is_warm = self.windows >= WARM_UP;
        let relative = if is_warm { bounds.tolerance * self.base / self.short } else { 1.0 };
        bounds.max_latency.map_or(relative, |max| relative.min(max / self.short)).min(1.0)
    }

    fn step(&self) -> f64 {
        (self.limit.sqrt() / 2.0).max(1.0)
    }

    /// Not saturated: the limit keeps a headroom above the load.
    fn follow(&mut self, peak: u32, too_slow: bool, bounds: &Bounds) {
        self.calm();
        let target = (HEADROOM * f64::from(peak)).max(bounds.initial).min(bounds.max);
        if self.limit > target {
            self.limit = target.max(IDLE * self.limit);
        } else if !too_slow {
            self.limit = target.min(self.limit + self.step());
        }
    }

    fn grow(&mut self, max: f64) {
        self.calm();
        self.limit = max.min(self.limit + self.step());
    }

    fn calm(&mut self) {
        (self.mark, self.low) = (None, 0);
    }

    /// Saturated and too slow: less, unless less has turned out to change nothing.
    fn shrink(&mut self, latency: f64, gradient: f64, bounds: &Bounds) {
        let mark = self.marked(latency);
        self.low = if self.limit <= bounds.min { self.low + 1 } else { 0 };
        let halved = self.limit <= mark.limit / 2.0;
        let not_ours = halved && self.short > OURS * mark.latency || self.low >= LOW;
        let is_bounded = bounds.max_latency.is_some_and(|max| self.short > max);
        if not_ours && !is_bounded {
            self.base = self.short;
            self.resets += 1;
            self.limit = self.limit.max(mark.limit);
            return self.calm();
        }
        if halved {
            self.mark = Some(Mark { limit: self.limit, latency });
        }
        self.limit = bounds.min.max(self.limit * gradient.max(SHRINK));
    }

    /// Where the experiment began, with the largest latency of its beginning.
    fn marked(&mut self, latency: f64) -> Mark {
        let limit = self.limit;
        let mark = self.mark.get_or_insert(Mark { limit, latency });
        if limit > 0.7 * mark.limit {
            mark.latency = mark.latency.max(latency);
        }
        *mark
    }
}

impl Sample {
    pub(crate) fn ends(&self) -> u32 {
        self.calls + self.drops
    }
}
