//! Chance: one generator per thread, never a shared lock. Pure code takes the number as an argument instead.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// Uniform in `[0, 1)`.
pub(crate) fn unit() -> f64 {
    fastrand::f64()
}

/// 128 bits that follow from `number` by this process's own random keys, and that no other process guesses.
pub(crate) fn scrambled(number: u64) -> u128 {
    static KEYS: LazyLock<[RandomState; 2]> =
        LazyLock::new(|| [RandomState::new(), RandomState::new()]);
    let [high, low] = [0, 1].map(|half| u128::from(KEYS[half].hash_one(number)));
    high << 64 | low
}
