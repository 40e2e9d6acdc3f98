//! How chance spreads the delay, so that callers who failed together don't come back together. Pure: the random
//! number is an argument.

use std::time::Duration;

use super::backoff::{nanos, scale};

/// How chance spreads the delay `d` that the back-off gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Jitter {
    /// Anywhere from zero to `d`: spreads load best.
    Full,
    /// Anywhere from `d`/2 to `d`: keeps a minimum.
    Equal,
    /// A smooth random curve around exponential growth from `delay`, whatever the back-off and its factor; often a
    /// little above `d`, never above `max_delay`.
    Decorrelated,
    /// None: exactly `d`.
    None,
}

impl Jitter {
    /// `delay` spread by chance `r` in `[0, 1)`; the decorrelated one has a formula of its own.
    pub(super) fn spread(self, delay: Duration, r: f64) -> Duration {
        let d = nanos(delay);
        let spread = match self {
            Self::Full => scale(d, r),
            Self::Equal => d.div_ceil(2).saturating_add(scale(d / 2, r)),
            Self::Decorrelated | Self::None => return delay,
        };
        Duration::from_nanos(spread).min(delay)
    }
}

impl Jitter {
    /// What chance alone adds to a delay that the failure asks for.
    pub(super) fn above(self, delay: Duration, r: f64) -> Duration {
        let d = nanos(delay);
        match self {
            Self::Full => Duration::from_nanos(scale(d, r)),
            Self::Equal => Duration::from_nanos(scale(d / 2, r)),
            Self::Decorrelated => delay,
            Self::None => Duration::ZERO,
        }
    }
}

/// The decorrelated delay after attempt `step` (from 0): `base · (n(step + r) − n(step − 1 + previous_r)) / 1.4`,
/// where nothing comes before the first. The 1.4 brings the median to `base · 2^step`.
pub(super) fn decorrelated(
    base: Duration,
    step: u32,
    r: f64,
    previous_r: f64,
    max: Duration,
) -> Duration {
    let reached = curve(f64::from(step) + r);
    if !reached.is_finite() {
        return if base.is_zero() { base } else { max };
    }
    let before = step.checked_sub(1).map_or(0.0, |last| curve(f64::from(last) + previous_r));
    Duration::from_nanos(scale(nanos(base), (reached - before) / 1.4)).min(max)
}

/// `n(t) = 2^t · tanh(√(4t))`: starts at zero, soon doubles with each step.
fn curve(t: f64) -> f64 {
    t.exp2() * (4.0 * t).sqrt().tanh()
}
