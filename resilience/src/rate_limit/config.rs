//! The options of a rate limit: plain data, validated at construction.

use std::num::NonZeroU32;
use std::time::Duration;

use super::gcra::{Gcra, LONGEST};
use super::rate::Rate;
use crate::check;
use crate::fleet::ask::Ask;

const NO_RATE: &str = "a rate limit needs a rate: `\"100/s\"`";
const NO_WAIT: &str = "`max_wait` must be longer than zero";
const TOO_LONG: &str = "at this rate the burst takes more than 18 years to come back, which is more than the clock \
    holds: write a shorter period (`\"100/h\"`) or a smaller `burst`";

const NOT_SHARED: &str =
    "`lease`, `unavailable` and `replicas` say how a limit is shared by a fleet: add `shared`";
pub(crate) const LONG_LEASE: &str =
    "turns that are fetched ahead are late for others: `lease` is at most \"1s\"";

/// How long ahead a replica fetches turns: long enough for a handful of calls at a few hundred a second.
const LEASE: Duration = Duration::from_millis(50);
const LONGEST_LEASE: Duration = Duration::from_secs(1);

/// What a shared limit does while the store does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Unavailable {
    /// Each replica limits its own calls to its part: the rate, and the burst, divided by the number of replicas.
    #[default]
    Local,
    /// Every call passes.
    Allow,
    /// Every call is rejected, with a `retry_after` of one second.
    Reject,
}

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
    lease: Option<Duration>,
    unavailable: Option<Unavailable>,
    replicas: Option<NonZeroU32>,
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

    /// Makes it one limit for all replicas of the service that are connected to one store, by
    /// [`shared::connect`](crate::shared::connect), and use the same namespace, name and key (default: false). A limiter
    /// is shared or not for as long as it lives: [`reconfigure`](crate::RateLimiter::reconfigure) does not change that.
    #[cfg(feature = "redis")]
    #[must_use]
    pub const fn shared(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }

    /// Without feature `redis`.
    #[cfg(not(feature = "redis"))]
    #[doc(hidden)]
    #[must_use]
    pub const fn shared(self, flag: NeedsFeatureRedis) -> Self {
        match flag {}
    }

    /// How long ahead a replica fetches turns of a [shared](Self::shared) limit (≤ 1 s, default 50 ms; zero: it asks for
    /// each call). A lease holds at most 5 % of the burst, and at least one turn: with a burst below 40 the limit is exact.
    #[must_use]
    #[track_caller]
    pub const fn lease(mut self, ahead: Duration) -> Self {
        assert!(!check::shorter(LONGEST_LEASE, ahead), "{}", LONG_LEASE);
        self.lease = Some(ahead);
        self
    }

    /// What a [shared](Self::shared) limit does while the store does not answer (default: [`Unavailable::Local`]).
    #[must_use]
    pub const fn unavailable(mut self, then: Unavailable) -> Self {
        self.unavailable = Some(then);
        self
    }

    /// How many replicas there are, for the part of each while the store does not answer (≥ 1; default: as many as the
    /// store has counted).
    #[must_use]
    #[track_caller]
    pub const fn replicas(mut self, replicas: u32) -> Self {
        self.replicas = Some(check::at_least_one(replicas));
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
        if rate.interval().saturating_mul(burst as u64) > LONGEST { Err(TOO_LONG) } else { Ok(()) }
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

    const fn validate_sharing(&self) -> Result<(), &'static str> {
        let says_how =
            self.lease.is_some() || self.unavailable.is_some() || self.replicas.is_some();
        if says_how && !self.shared {
            return Err(NOT_SHARED);
        }
        match self.lease {
            Some(lease) if check::shorter(LONGEST_LEASE, lease) => Err(LONG_LEASE),
            _ => Ok(()),
        }
    }

    /// The limit, or one replica's part of it.
    pub(super) fn share(&self, replicas: u32) -> Gcra {
        let ((rate, burst), replicas) = (self.limits(), self.replicas_among(replicas));
        Gcra::new(rate.interval(), burst).share(replicas, rate.period())
    }

    fn replicas_among(&self, learned: u32) -> u32 {
        self.replicas.map_or(learned, NonZeroU32::get)
    }

    /// What the store has to know of it.
    pub(super) fn ask(&self) -> Ask {
        let (rate, burst) = self.limits();
        let interval = rate.interval().div_ceil(1_000);
        let longest = self.max_wait.map_or(0, micros);
        Ask { interval, limit: interval.saturating_mul(burst.into()), longest, ..Ask::default() }
    }

    pub(super) fn burst_in_force(&self) -> u32 {
        self.limits().1
    }

    pub(super) fn lease_in_force(&self) -> Duration {
        self.lease.unwrap_or(LEASE)
    }

    pub(super) fn unavailable_in_force(&self) -> Unavailable {
        self.unavailable.unwrap_or_default()
    }
}

/// What stands for the flag where no store can be connected to.
#[cfg(not(feature = "redis"))]
#[derive(Clone, Copy, Debug)]
pub enum NeedsFeatureRedis {}

/// In whole microseconds, as the store counts; as many as all its sums can hold.
pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).min(LONGEST / 1_000)
}
