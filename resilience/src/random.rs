//! Chance: one generator per thread, never a shared lock. Pure code takes the number as an argument instead.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

/// Uniform in `[0, 1)`.
pub(crate) fn unit() -> f64 {
    fastrand::f64()
}

static KEYS: LazyLock<[RandomState; 2]> =
    LazyLock::new(|| [RandomState::new(), RandomState::new()]);

/// 128 bits that follow from `number` by this process's own random keys, and that nothing outside it can guess.
pub(crate) fn scrambled(number: u64) -> u128 {
    let [high, low] = [0, 1].map(|half| u128::from(KEYS[half].hash_one(number)));
    high << 64 | low
}

/// 64 bits that follow from `value` by the same keys.
pub(crate) fn hashed(value: &impl Hash) -> u64 {
    KEYS[0].hash_one(value)
}
