//! Chance: one generator per thread, never a shared lock. Pure code takes the number as an argument instead.

/// Uniform in `[0, 1)`.
pub(crate) fn unit() -> f64 {
    fastrand::f64()
}

/// 128 random bits, never all zero.
pub(crate) fn id() -> std::num::NonZeroU128 {
    std::num::NonZeroU128::new(fastrand::u128(1..)).unwrap_or(std::num::NonZeroU128::MIN)
}
