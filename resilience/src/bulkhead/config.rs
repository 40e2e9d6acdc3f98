//! The options of a bulkhead: plain data, validated at construction.

use std::time::Duration;

use super::queue_order::QueueOrder;
use super::rules;
use super::shares::SHARES;
use crate::check;

/// The options of a [`Bulkhead`](crate::Bulkhead), built in `const` context.
///
/// ```
/// use std::time::Duration;
/// use resilience::BulkheadConfig;
///
/// const DATABASE: BulkheadConfig = BulkheadConfig::new()
///     .max_concurrent(10)
///     .max_wait(Duration::from_millis(200))
///     .max_queue(50);
/// const SEARCH: BulkheadConfig = BulkheadConfig::new().adaptive(true);
/// ```
///
/// Each setter panics on a value out of range; in a `const` or `static` that is a compile error. Options that
/// contradict each other are found where the bulkhead is built.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
#[allow(clippy::struct_field_names, reason = "fields are named like the options")]
pub struct BulkheadConfig {
    pub(super) max_concurrent: Option<u32>,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) max_wait: Option<Duration>,
    pub(super) max_queue: Option<u32>,
    pub(super) queue: QueueOrder,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))]
    pub(super) queue_target: Duration,
    pub(super) shares: [f64; 4],
    pub(super) adaptive: bool,
    pub(super) min_concurrent: u32,
    pub(super) initial: Option<u32>,
    pub(super) tolerance: f64,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))]
    pub(super) window: Duration,
    pub(super) min_samples: u32,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) max_latency: Option<Duration>,
}

#[cfg(feature = "serde")]
impl serde::Serialize for BulkheadConfig {
    /// Defaults that depend on other options are written as what they are.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (max_concurrent, initial) = (Some(self.ceiling()), self.initial_limit());
        let initial = self.initial.or(self.adaptive.then_some(initial));
        Self::serialize(&Self { max_concurrent, initial, ..self.clone() }, to)
    }
}

#[cfg(feature = "serde")]
crate::config_serde::deserialize_checked!(BulkheadConfig);

impl Default for BulkheadConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl BulkheadConfig {
    /// Every default: 25 calls at once, and no call waits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_concurrent: None,
            max_wait: None,
            max_queue: None,
            queue: QueueOrder::Fifo,
            queue_target: Duration::from_millis(5),
            shares: SHARES,
            adaptive: false,
            min_concurrent: 1,
            initial: None,
            tolerance: 1.5,
            window: Duration::from_millis(100),
            min_samples: 50,
            max_latency: None,
        }
    }

    /// How many calls run at once at most (≥ 1, default 25; with [`adaptive`](Self::adaptive) 200, and at least
    /// `initial`).
    #[must_use]
    #[track_caller]
    pub const fn max_concurrent(mut self, calls: u32) -> Self {
        self.max_concurrent = Some(check::count(calls));
        self
    }

    /// How long a call may wait for a slot (> 0, off by default: it is rejected at once).
    #[must_use]
    #[track_caller]
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = Some(check::positive(wait));
        self
    }

    /// How many calls may wait at once (≥ 1, unlimited by default); needs [`max_wait`](Self::max_wait).
    #[must_use]
    #[track_caller]
    pub const fn max_queue(mut self, calls: u32) -> Self {
        self.max_queue = Some(check::count(calls));
        self
    }

    /// In which order calls that wait are served (default [`QueueOrder::Fifo`]); needs [`max_wait`](Self::max_wait).
    #[must_use]
    pub const fn queue(mut self, order: QueueOrder) -> Self {
        self.queue = order;
        self
    }

    /// The shortest wait that means overload when no call of 100 ms waits for less (> 0, default 5 ms); for
    /// [`QueueOrder::Adaptive`].
    #[must_use]
    #[track_caller]
    pub const fn queue_target(mut self, wait: Duration) -> Self {
        self.queue_target = check::positive(wait);
        self
    }

    /// How much of the limit calls of each [`Priority`](crate::Priority) may fill together with all others, least
    /// important first (each above 0, at most 1, and not below the one before; default `[0.7, 0.85, 1.0, 1.0]`).
    ///
    /// A call is admitted while the calls in flight, of every priority, are less than that share of the limit.
    #[must_use]
    #[track_caller]
    pub const fn shares(mut self, shares: [f64; 4]) -> Self {
        self.shares = check::shares(shares);
        self
    }

    /// Whether the limit finds itself, between [`min_concurrent`](Self::min_concurrent) and
    /// [`max_concurrent`](Self::max_concurrent) (default no). The options below are for this.
    #[must_use]
    pub const fn adaptive(mut self, adaptive: bool) -> Self {
        self.adaptive = adaptive;
        self
    }

    /// The least limit (≥ 1, at most `initial`, default 1).
    #[must_use]
    #[track_caller]
    pub const fn min_concurrent(mut self, calls: u32) -> Self {
        self.min_concurrent = check::count(calls);
        self
    }

    /// The first limit, below which it never falls by mere idleness (default 20, or `max_concurrent` if that is smaller).
    #[must_use]
    #[track_caller]
    pub const fn initial(mut self, calls: u32) -> Self {
        self.initial = Some(check::count(calls));
        self
    }

    /// How many times as long as without a queue calls may take (> 1, at most 10, default 1.5).
    #[must_use]
    #[track_caller]
    pub const fn tolerance(mut self, times: f64) -> Self {
        self.tolerance = check::tolerance(times);
        self
    }

    /// How long samples are collected at least (≥ 10 ms, default 100 ms).
    #[must_use]
    #[track_caller]
    pub const fn window(mut self, window: Duration) -> Self {
        self.window = check::window(window);
        self
    }

    /// How many samples a window needs (≥ 10, default 50).
    #[must_use]
    #[track_caller]
    pub const fn min_samples(mut self, samples: u32) -> Self {
        self.min_samples = check::samples(samples);
        self
    }

    /// Calls that take longer are never healthy (> 0, off by default), however long they have been taking so long.
    #[must_use]
    #[track_caller]
    pub const fn max_latency(mut self, latency: Duration) -> Self {
        self.max_latency = Some(check::positive(latency));
        self
    }

    /// What contradicts itself in the options.
    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        rules::validate(self)
    }

    /// How long a call takes at most, where the one inside takes `inner` (`None`: without bound).
    pub(crate) fn worst_case(&self, inner: Option<Duration>) -> Option<Duration> {
        inner.map(|inner| inner.saturating_add(self.max_wait.unwrap_or_default()))
    }
}
