//! How the delay grows from attempt to attempt. Pure, and saturating throughout.

use std::time::Duration;

/// How the delay grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Backoff {
    /// By a factor: 1, 2, 4, 8 … with `factor = 2.0`.
    Exponential,
    /// By one `delay` each time: 1, 2, 3, 4 …
    Linear,
    /// Not at all: 1, 1, 1, 1 …
    Fixed,
    /// Like the Fibonacci numbers: 1, 2, 3, 5, 8 …
    Fibonacci,
}

impl Backoff {
    /// The delay after attempt `step`, which counts from 0; never more than `max`.
    pub(super) fn delay(self, base: Duration, factor: f64, step: u32, max: Duration) -> Duration {
        let base = nanos(base);
        let grown = match self {
            Self::Exponential => scale(base, power(factor, step)),
            Self::Linear => base.saturating_mul(u64::from(step).saturating_add(1)),
            Self::Fixed => base,
            Self::Fibonacci => base.saturating_mul(fibonacci(step)),
        };
        Duration::from_nanos(grown).min(max)
    }
}

/// Some 584 years at most.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// `nanos · by`, to the nearest nanosecond. Nothing stays nothing, even times infinity.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and turns NaN (0 · ∞) into 0"
)]
pub(super) fn scale(nanos: u64, by: f64) -> u64 {
    (nanos as f64 * by).round() as u64
}

fn power(factor: f64, step: u32) -> f64 {
    factor.powi(i32::try_from(step).unwrap_or(i32::MAX))
}

/// 1, 2, 3, 5, 8 …
fn fibonacci(step: u32) -> u64 {
    /// From here on it is `u64::MAX`.
    const SATURATED: u32 = 92;
    let (mut this, mut next) = (1_u64, 2_u64);
    for _ in 0..step.min(SATURATED) {
        (this, next) = (next, this.saturating_add(next));
    }
    this
}
