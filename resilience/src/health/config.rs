//! The options of a health check: plain data, validated at construction.

use std::time::Duration;

use crate::check;

/// An orchestrator's own probe gives up after one second, and should learn of it before.
const TIMEOUT: Duration = Duration::from_millis(500);
/// How long an answer on demand is good for: a probe storm costs one check a second.
pub(super) const ON_DEMAND: Duration = Duration::from_secs(1);

/// The options of a [`HealthCheck`](super::HealthCheck), built in `const` context.
///
/// Each setter panics on a value out of range; in a `const` or `static` that is a compile error.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
pub struct HealthCheckConfig {
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))]
    pub(super) timeout: Duration,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) every: Option<Duration>,
    pub(super) critical: bool,
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(HealthCheckConfig);

impl Default for HealthCheckConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl HealthCheckConfig {
    /// Every default: on demand, at most half a second long, not critical.
    #[must_use]
    pub const fn new() -> Self {
        Self { timeout: TIMEOUT, every: None, critical: false }
    }

    /// How long a run may take; longer is unhealthy (> 0, default 500 ms).
    #[must_use]
    #[track_caller]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = check::positive(limit);
        self
    }

    /// Runs the check in the background, this often (> 0). Off by default: it runs on demand, and an answer is good
    /// for one second.
    #[must_use]
    #[track_caller]
    pub const fn every(mut self, period: Duration) -> Self {
        self.every = Some(check::positive(period));
        self
    }

    /// Whether a failed check takes the service *down* (true) or merely *degrades* it (false, the default).
    #[must_use]
    pub const fn critical(mut self, critical: bool) -> Self {
        self.critical = critical;
        self
    }

    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        match self.every {
            Some(every) if every.is_zero() => Err("`every` must be longer than zero"),
            _ if self.timeout.is_zero() => Err("`timeout` must be longer than zero"),
            _ => Ok(()),
        }
    }

    #[cfg(feature = "axum")]
    pub(crate) fn is_critical(&self) -> bool {
        self.critical
    }

    /// How long an answer is good for.
    pub(super) fn good_for(&self) -> Duration {
        self.every.unwrap_or(ON_DEMAND)
    }
}
