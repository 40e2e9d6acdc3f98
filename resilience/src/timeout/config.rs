//! The options of a timeout: plain data, validated at construction.

use std::time::Duration;

use crate::check;

/// What load balancers and browsers wait at the least; longer helps no caller.
const AFTER: Duration = Duration::from_secs(30);

/// The options of a [`Timeout`](crate::Timeout), built in `const` context.
///
/// ```
/// use std::time::Duration;
/// use resilience::TimeoutConfig;
///
/// const QUICK: TimeoutConfig = TimeoutConfig::new().after(Duration::from_millis(500));
/// ```
///
/// The setter panics on a value out of range; in a `const` or `static` that is a compile error.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
pub struct TimeoutConfig {
    /// `None`: each call brings its own.
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    after: Option<Duration>,
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(TimeoutConfig);

impl Default for TimeoutConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl TimeoutConfig {
    /// The default: 30 s.
    #[must_use]
    pub const fn new() -> Self {
        Self { after: Some(AFTER) }
    }

    /// How long a call may take (> 0, default 30 s).
    #[must_use]
    #[track_caller]
    pub const fn after(mut self, after: Duration) -> Self {
        self.after = Some(check::positive(after));
        self
    }

    /// Each call brings its own limit: [`Timeout::call_within`](crate::Timeout::call_within), or an `after` that is
    /// an expression of the annotated function. A call that brings none gets 30 s.
    #[must_use]
    pub const fn after_at_run_time(mut self) -> Self {
        self.after = None;
        self
    }

    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        match self.after {
            Some(after) if after.is_zero() => Err("`after` must be longer than zero"),
            _ => Ok(()),
        }
    }

    /// How long a call takes at most, where the one inside takes `inner` (`None`: without bound).
    pub(crate) fn worst_case(&self, inner: Option<Duration>) -> Option<Duration> {
        match (self.after, inner) {
            (Some(after), Some(inner)) => Some(after.min(inner)),
            (after, inner) => after.or(inner),
        }
    }

    /// `None`: each call brings its own.
    #[cfg(feature = "overrides")]
    pub(crate) const fn fixed_limit(&self) -> Option<Duration> {
        self.after
    }

    #[inline]
    pub(super) const fn limit(&self) -> Duration {
        match self.after {
            Some(after) => after,
            None => AFTER,
        }
    }
}
