//! The options of a limit that a fleet shares, and what follows from them.

use std::num::NonZeroU32;
use std::time::Duration;

use super::config::RateLimitConfig;
use super::gcra::{Gcra, LONGEST};
use crate::check;
use crate::fleet::ask::Ask;
#[cfg(not(feature = "redis"))]
use crate::fleet::needs::NeedsFeatureRedis;
use crate::grammar::LONG_LEASE;

const NOT_SHARED: &str =
    "`lease`, `unavailable` and `replicas` say how a limit is shared by a fleet: add `shared`";

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

impl RateLimitConfig {
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
        check::assert_valid(validate_lease(ahead));
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

    pub(super) const fn validate_sharing(&self) -> Result<(), &'static str> {
        let says_how =
            self.lease.is_some() || self.unavailable.is_some() || self.replicas.is_some();
        if says_how && !self.shared {
            return Err(NOT_SHARED);
        }
        match self.lease {
            Some(lease) => validate_lease(lease),
            None => Ok(()),
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

pub(crate) const fn validate_lease(ahead: Duration) -> Result<(), &'static str> {
    if check::shorter(LONGEST_LEASE, ahead) { Err(LONG_LEASE) } else { Ok(()) }
}

/// In whole microseconds, as the store counts; as many as all its sums can hold.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).min(LONGEST / 1_000)
}
