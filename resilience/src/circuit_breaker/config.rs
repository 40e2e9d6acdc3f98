//! The breaker's options: dull data, checked where it is built.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::check;
use crate::circuit_state::{Counts, StateChange};
use crate::hook::Hook;

/// Half of the calls failing is beyond what retries and fallbacks hide, and far from what a blip produces.
pub(super) const FAILURE_RATE: f64 = 0.5;
/// Fewer calls than this say little about a rate; more would leave a quiet service unprotected for long.
pub(super) const MIN_CALLS: u32 = 5;
/// Long enough to smooth over one slow second, short enough to forget a recovered outage.
pub(super) const WINDOW: Window = Window::Time(Duration::from_secs(10));
/// Only when every call is slow, unless said otherwise.
pub(super) const SLOW_RATE: f64 = 1.0;
/// What other breakers of the field wait; restarts of databases and pods fit in.
const OPEN_FOR: Duration = Duration::from_secs(60);
/// One trial is the gentlest question that a recovering dependency can be asked.
const HALF_OPEN_CALLS: u32 = 1;
/// Longer than nearly every call takes: a trial that runs for longer than a short `open_for` can still close the circuit.
pub(super) const HALF_OPEN_FOR: Duration = Duration::from_secs(30);
/// A bucket must last a millisecond, the step of tokio's timer.
const SHORTEST_WINDOW: Duration = Duration::from_millis(10);

/// What the failure rate is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Window {
    /// The last time window, in ten buckets that leave one by one. At least 10 ms.
    Time(#[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))] Duration),
    /// The last so many calls. At least 1; a bit per call is kept.
    Calls(u32),
}

/// The options of a [`CircuitBreaker`](crate::CircuitBreaker), built in `const` context.
///
/// ```
/// use std::time::Duration;
/// use resilience::{CircuitBreakerConfig, Window};
///
/// const PAYMENTS: CircuitBreakerConfig = CircuitBreakerConfig::new()
///     .failure_rate(0.25)
///     .window(Window::Calls(100))
///     .open_for(Duration::from_secs(30));
/// ```
///
/// Each setter panics on a value out of range; in a `const` or `static` that is a compile error. Options that
/// contradict each other are found where the breaker is built.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
pub struct CircuitBreakerConfig {
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_ratio"))]
    pub(super) failure_rate: Option<f64>,
    pub(super) min_calls: Option<NonZeroU32>,
    pub(super) window: Option<Window>,
    pub(super) consecutive_failures: Option<NonZeroU32>,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) slow_call: Option<Duration>,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_ratio"))]
    pub(super) slow_rate: Option<f64>,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))]
    pub(super) open_for: Duration,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) max_open_for: Option<Duration>,
    pub(super) half_open_calls: u32,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) half_open_for: Option<Duration>,
    pub(super) critical: bool,
    pub(super) latency: bool,
    /// 0: it is on its own. Not an `Option`, which would take another word in each breaker.
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::ratio_or_zero"))]
    pub(super) shared: f64,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) trip_when: Hook<fn(&Counts) -> bool>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) on_state_change: Hook<fn(&StateChange)>,
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(CircuitBreakerConfig);

impl Default for CircuitBreakerConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// Setters, named like the attribute's options.
impl CircuitBreakerConfig {
    /// Every default: half of at least 5 calls within 10 s opens the circuit for 60 s.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            failure_rate: None,
            min_calls: None,
            window: None,
            consecutive_failures: None,
            slow_call: None,
            slow_rate: None,
            open_for: OPEN_FOR,
            max_open_for: None,
            half_open_calls: HALF_OPEN_CALLS,
            half_open_for: None,
            critical: false,
            latency: false,
            shared: 0.0,
            trip_when: Hook::NONE,
            on_state_change: Hook::NONE,
        }
    }

    /// Opens when failures / calls reaches this ratio (0 < r ≤ 1, default 0.5), compared in `f64`, exactly.
    #[must_use]
    #[track_caller]
    pub const fn failure_rate(mut self, rate: f64) -> Self {
        self.failure_rate = Some(check::ratio(rate));
        self
    }

    /// Rates are judged from this many calls in the window on (≥ 1, default 5, at most the count window).
    #[must_use]
    #[track_caller]
    pub const fn min_calls(mut self, calls: u32) -> Self {
        self.min_calls = Some(check::at_least_one(calls));
        self
    }

    /// What rates are taken over (default: the last 10 s).
    #[must_use]
    #[track_caller]
    pub const fn window(mut self, window: Window) -> Self {
        check::assert_valid(window.validate());
        self.window = Some(window);
        self
    }

    /// Opens after this many failures in a row (≥ 1, off by default): on its own, unless
    /// [`failure_rate`](Self::failure_rate) is written too.
    #[must_use]
    #[track_caller]
    pub const fn consecutive_failures(mut self, failures: u32) -> Self {
        self.consecutive_failures = Some(check::at_least_one(failures));
        self
    }

    /// A call that takes at least this long is slow (> 0, off by default).
    #[must_use]
    #[track_caller]
    pub const fn slow_call(mut self, at_least: Duration) -> Self {
        self.slow_call = Some(check::positive(at_least));
        self
    }

    /// Opens when slow calls / calls reaches this ratio (0 < r ≤ 1, default 1.0); needs
    /// [`slow_call`](Self::slow_call).
    #[must_use]
    #[track_caller]
    pub const fn slow_rate(mut self, rate: f64) -> Self {
        self.slow_rate = Some(check::ratio(rate));
        self
    }

    /// How long the circuit stays open before a trial (> 0, default 60 s).
    #[must_use]
    #[track_caller]
    pub const fn open_for(mut self, duration: Duration) -> Self {
        self.open_for = check::positive(duration);
        self
    }

    /// Lets the open period double at every re-opening without a close in between, up to this
    /// (≥ [`open_for`](Self::open_for), which is the default: no growth). Grown periods vary by ±10 %.
    #[must_use]
    #[track_caller]
    pub const fn max_open_for(mut self, duration: Duration) -> Self {
        self.max_open_for = Some(check::positive(duration));
        self
    }

    /// That many successful trial calls close the circuit; no more of them run at once (≥ 1, default 1).
    #[must_use]
    #[track_caller]
    pub const fn half_open_calls(mut self, calls: u32) -> Self {
        self.half_open_calls = check::count(calls);
        self
    }

    /// A trial call that has not reported by then gives its slot up (> 0, default: the larger of
    /// [`open_for`](Self::open_for) and 30 s). Its late result counts all the same, as long as the circuit is still
    /// half-open.
    #[must_use]
    #[track_caller]
    pub const fn half_open_for(mut self, duration: Duration) -> Self {
        self.half_open_for = Some(check::positive(duration));
        self
    }

    /// A rule of your own, asked after each failure or slow call; it replaces the failure rate and the consecutive
    /// count, not the slow rate. It runs under no lock; if it panics, that is logged and the circuit stays closed.
    #[must_use]
    pub const fn trip_when(mut self, rule: fn(&Counts) -> bool) -> Self {
        self.trip_when = Hook::new(rule);
        self
    }

    /// Called after each change of state, under no lock; if it panics, that is logged.
    #[must_use]
    pub const fn on_state_change(mut self, hook: fn(&StateChange)) -> Self {
        self.on_state_change = Hook::new(hook);
        self
    }

    /// Whether an open circuit takes the whole service's health *down* (true) or merely *degrades* it (false, the
    /// default).
    #[must_use]
    pub const fn critical(mut self, critical: bool) -> Self {
        self.critical = critical;
        self
    }

    /// Records a histogram of response times (default: false). It costs each call two readings of the precise clock.
    #[must_use]
    pub const fn latency(mut self, latency: bool) -> Self {
        self.latency = latency;
        self
    }
}

impl Window {
    pub(super) const fn validate(self) -> Result<(), &'static str> {
        match self {
            Self::Calls(0) => Err("`window` must hold at least 1 call"),
            Self::Time(time) if check::shorter(time, SHORTEST_WINDOW) => {
                Err("`window` must last at least 10ms")
            }
            _ => Ok(()),
        }
    }
}
