//! The options of a hedge: plain data, validated at construction.

use std::time::Duration;

use crate::check;
use crate::grammar::ONE_ATTEMPT;

/// Near the slow end of what a healthy service within one region takes.
const AFTER: Duration = Duration::from_millis(50);
/// The second attempt brings nearly all of the gain; each further one only adds load.
const MAX: u32 = 2;

/// The options of a [`Hedge`](crate::Hedge), built in `const` context.
///
/// ```
/// use std::time::Duration;
/// use resilience::HedgeConfig;
///
/// const SEARCH: HedgeConfig = HedgeConfig::new().after(Duration::from_millis(20)).max_attempts(3);
/// ```
///
/// Each setter panics on a value out of range; in a `const` or `static` that is a compile error.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
pub struct HedgeConfig {
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))]
    pub(super) after: Duration,
    pub(super) max_attempts: u32,
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(HedgeConfig);

impl Default for HedgeConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl HedgeConfig {
    /// Every default: a second attempt after 50 ms.
    #[must_use]
    pub const fn new() -> Self {
        Self { after: AFTER, max_attempts: MAX }
    }

    /// How long an attempt may take before another one joins it (> 0, default 50 ms).
    #[must_use]
    #[track_caller]
    pub const fn after(mut self, duration: Duration) -> Self {
        self.after = check::positive(duration);
        self
    }

    /// How many attempts there are at most, the first one included (≥ 2, default 2).
    #[must_use]
    #[track_caller]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        check::assert_valid(Self::validate_max_attempts(attempts));
        self.max_attempts = attempts;
        self
    }

    const fn validate_max_attempts(attempts: u32) -> Result<(), &'static str> {
        if attempts < 2 { Err(ONE_ATTEMPT) } else { Ok(()) }
    }

    /// How long a call takes at most, where an attempt takes `inner` (`None`: without bound): the last one begins when
    /// `after` has passed for each before it.
    pub(crate) fn worst_case(&self, inner: Option<Duration>) -> Option<Duration> {
        inner.map(|inner| self.after.saturating_mul(self.max_attempts - 1).saturating_add(inner))
    }

    pub(crate) const fn attempts_at_most(&self) -> u32 {
        self.max_attempts
    }

    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        if self.after.is_zero() {
            return Err("`after` must be longer than zero");
        }
        Self::validate_max_attempts(self.max_attempts)
    }
}
