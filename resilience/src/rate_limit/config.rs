//! The options of a rate limit: dull data, checked where it is built.

use std::num::NonZeroU32;
use std::time::Duration;

use super::rate::Rate;
use crate::check;

/// The options of a [`RateLimiter`](crate::RateLimiter), built in `const` context. A rate has no sensible default:
/// a limiter needs one.
///
/// ```
/// use resilience::RateLimitConfig;
///
/// const API: RateLimitConfig = RateLimitConfig::new().rate("100/s").burst(20);
/// ```
///
/// Each setter panics on a value out of range; in a `const` or `static` that is a compile error.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
pub struct RateLimitConfig {
    rate: Option<Rate>,
    burst: Option<NonZeroU32>,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) max_wait: Option<Duration>,
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(RateLimitConfig);

impl RateLimitConfig {
    /// No rate yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { rate: None, burst: None, max_wait: None }
    }

    /// How many calls in which time: `COUNT/[N]UNIT` with units `ms s m h`, such as `"100/s"` or `"1000/250ms"`.
    #[must_use]
    #[track_caller]
    pub const fn rate(mut self, rate: &str) -> Self {
        match Rate::parse(rate) {
            Ok(rate) => self.rate = Some(rate),
            Err(problem) => check::no_problem(Some(problem)),
        }
        self
    }

    /// `count` calls in `period`, for rates that are computed.
    #[must_use]
    #[track_caller]
    pub const fn rate_per(mut self, count: u32, period: Duration) -> Self {
        match Rate::new(count, period) {
            Ok(rate) => self.rate = Some(rate),
            Err(problem) => check::no_problem(Some(problem)),
        }
        self
    }

    /// How many calls may pass at once after an idle time (≥ 1, default: the rate's count).
    #[must_use]
    #[track_caller]
    pub const fn burst(mut self, calls: u32) -> Self {
        self.burst = Some(check::at_least_one(calls));
        self
    }

    /// Lets a call that comes too early wait for its turn, at most this long (> 0; off by default: it is refused).
    #[must_use]
    #[track_caller]
    pub const fn max_wait(mut self, at_most: Duration) -> Self {
        self.max_wait = Some(check::positive(at_most));
        self
    }

    pub(crate) const fn problem(&self) -> Option<&'static str> {
        match (self.rate, self.max_wait) {
            (None, _) => Some("a rate limit needs a rate: `\"100/s\"`"),
            (_, Some(wait)) if wait.is_zero() => Some("`max_wait` must be longer than zero"),
            _ => None,
        }
    }

    /// The rate and the burst in force.
    pub(super) const fn limits(&self) -> (Rate, u32) {
        let rate = self.rate.expect("checked by `problem`");
        match self.burst {
            Some(burst) => (rate, burst.get()),
            None => (rate, rate.count()),
        }
    }
}
