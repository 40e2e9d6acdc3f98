//! The options of a bulkhead: plain data, validated at construction.

use std::time::Duration;

use super::shares::{Limits, SHARES};
use crate::check;

/// A pool's worth: what clients of databases and HTTP servers commonly open to one peer.
const MAX_CONCURRENT: u32 = 25;

const NO_WAIT: &str = "`max_queue` needs `max_wait`, which says how long a call may wait";
const NO_ROOM: &str = "`max_concurrent` and `max_queue` must be at least 1";
const FALLING_SHARES: &str = "`shares` must be above 0 and at most 1, and none smaller than that of a less important priority";
const ZERO_WAIT: &str = "`max_wait` must be longer than zero";

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
/// ```
///
/// Each setter panics on a value out of range; in a `const` or `static` that is a compile error. Options that
/// contradict each other are found where the bulkhead is built.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
#[allow(clippy::struct_field_names, reason = "fields are named like the options")]
pub struct BulkheadConfig {
    pub(super) max_concurrent: u32,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) max_wait: Option<Duration>,
    max_queue: Option<u32>,
    shares: [f64; 4],
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(BulkheadConfig);

impl Default for BulkheadConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl BulkheadConfig {
    /// Every default: 25 calls at once, and no call waits.
    #[must_use]
    pub const fn new() -> Self {
        Self { max_concurrent: MAX_CONCURRENT, max_wait: None, max_queue: None, shares: SHARES }
    }

    /// How many calls run at once at most (≥ 1, default 25).
    #[must_use]
    #[track_caller]
    pub const fn max_concurrent(mut self, calls: u32) -> Self {
        self.max_concurrent = check::count(calls);
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

    /// How much of `max_concurrent` calls of each [`Priority`](crate::Priority) may fill together with all others, least
    /// important first (each above 0, at most 1, and not below the one before; default `[0.7, 0.85, 1.0, 1.0]`).
    ///
    /// A call is admitted while the calls in flight, of every priority, are less than that share of the limit.
    #[must_use]
    #[track_caller]
    pub const fn shares(mut self, shares: [f64; 4]) -> Self {
        self.shares = check::shares(shares);
        self
    }

    /// What contradicts itself in the options.
    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        if self.max_queue.is_some() && self.max_wait.is_none() {
            return Err(NO_WAIT);
        }
        if self.max_concurrent == 0 || matches!(self.max_queue, Some(0)) {
            return Err(NO_ROOM);
        }
        if matches!(self.max_wait, Some(wait) if wait.is_zero()) {
            return Err(ZERO_WAIT);
        }
        if !check::are_shares(&self.shares) {
            return Err(FALLING_SHARES);
        }
        Ok(())
    }

    /// How long a call takes at most, where the one inside takes `inner` (`None`: without bound).
    pub(crate) fn worst_case(&self, inner: Option<Duration>) -> Option<Duration> {
        inner.map(|inner| inner.saturating_add(self.max_wait.unwrap_or_default()))
    }

    /// What is in force for each priority.
    pub(super) const fn limits(&self) -> Limits {
        Limits::of(self.max_concurrent, &self.shares)
    }

    pub(super) fn longest_queue(&self) -> u32 {
        self.max_queue.unwrap_or(u32::MAX)
    }
}
