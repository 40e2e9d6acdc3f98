//! Chance: one generator per thread, never a shared lock. Pure code takes the number as an argument instead.

use std::num::NonZeroU64;

/// Uniform in `[0, 1)`.
pub(crate) fn unit() -> f64 {
    fastrand::f64()
}

/// 128 random bits in two halves, of which the upper one is never zero.
pub(crate) fn id() -> (NonZeroU64, u64) {
    (NonZeroU64::new(fastrand::u64(1..)).unwrap_or(NonZeroU64::MIN), fastrand::u64(..))
}
