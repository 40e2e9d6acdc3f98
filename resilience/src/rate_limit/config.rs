//! The options of a rate limit: plain data, validated at construction.

use std::num::NonZeroU32;
use std::time::Duration;

use super::fleet_options::Unavailable;
use super::gcra::LONGEST;
use super::rate::Rate;
use crate::check;
use crate::grammar::LONG_BURST;

const NO_RATE: &str = "a rate limit needs a rate: `\"100/s\"`";
const NO_WAIT: &str = "`max_wait` must be longer than zero";

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
    pub(super) shared: bool,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) lease: Option<Duration>,
    pub(super) unavailable: Option<Unavailable>,
    pub(super) replicas: Option<NonZeroU32>,
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(RateLimitConfig);

impl RateLimitConfig {
    /// `count` calls per second.
    ///
    /// ```
    /// use resilience::RateLimitConfig;
    ///
    /// assert_eq!(RateLimitConfig::per_second(100), RateLimitConfig::new().rate("100/s"));
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn per_second(count: u32) -> Self {
        Self::new().rate_per(count, Duration::from_secs(1))
    }

    /// `count` calls per minute.
    #[must_use]
    #[track_caller]
    pub const fn per_minute(count: u32) -> Self {
        Self::new().rate_per(count, Duration::from_secs(60))
    }

    /// `count` calls per hour.
    #[must_use]
    #[track_caller]
    pub const fn per_hour(count: u32) -> Self {
        Self::new().rate_per(count, Duration::from_secs(3_600))
    }

    /// No rate yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rate: None,
            burst: None,
            max_wait: None,
            shared: false,
            lease: None,
            unavailable: None,
            replicas: None,
        }
    }

    /// How many calls in which time: `COUNT/[N]UNIT` with units `ms s m h`, such as `"100/s"` or `"1000/250ms"`.
    #[must_use]
    #[track_caller]
    pub const fn rate(mut self, rate: &str) -> Self {
        match Rate::parse(rate) {
            Ok(rate) => self.rate = Some(rate),
            Err(problem) => check::assert_valid(Err(problem)),
        }
        self
    }

    /// `count` calls in `period`, for rates that are computed.
    #[must_use]
    #[track_caller]
    pub const fn rate_per(mut self, count: u32, period: Duration) -> Self {
        match Rate::new(count, period) {
            Ok(rate) => self.rate = Some(rate),
            Err(problem) => check::assert_valid(Err(problem)),
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

    /// Lets a call that comes too early wait for its turn, at most this long (> 0; off by default: it is rejected
    /// at once).
    #[must_use]
    #[track_caller]
    pub const fn max_wait(mut self, at_most: Duration) -> Self {
        self.max_wait = Some(check::positive(at_most));
        self
    }

    /// What keeps the options from being a limit.
    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        if self.rate.is_none() {
            return Err(NO_RATE);
        }
        if let Some(wait) = self.max_wait
            && wait.is_zero()
        {
            return Err(NO_WAIT);
        }
        if let Err(problem) = self.validate_sharing() {
            return Err(problem);
        }
        let (rate, burst) = self.limits();
        if rate.interval().saturating_mul(burst as u64) > LONGEST {
            Err(LONG_BURST)
        } else {
            Ok(())
        }
    }

    /// How long a call takes at most, where the one inside takes `inner` (`None`: without bound).
    pub(crate) fn worst_case(&self, inner: Option<Duration>) -> Option<Duration> {
        inner.map(|inner| inner.saturating_add(self.max_wait.unwrap_or_default()))
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
