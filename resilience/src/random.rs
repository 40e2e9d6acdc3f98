//! Chance: one generator per thread, never a shared lock. Pure code takes the number as an argument instead.

use std::cell::Cell;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

/// Uniform in `[0, 1)`.
pub(crate) fn unit() -> f64 {
    fastrand::f64()
}

const GOLDEN_STEP: u32 = 0x9E37_79B9;

thread_local! {
    static GOLDEN: Cell<u32> = const { Cell::new(0_u32.wrapping_sub(GOLDEN_STEP)) };
}

/// The next number of a sequence that fills its range evenly however few of it are taken (Weyl's, by the golden ratio):
/// to draw a fixed share of calls for the price of a sum. A thread's first is 0, in whose place [`drawn`] has another one.
#[inline]
pub(crate) fn golden() -> u32 {
    let next = GOLDEN.get().wrapping_add(GOLDEN_STEP);
    GOLDEN.set(next);
    next
}

/// The number that [`golden`] gave last. Threads begin at places of their own: one that makes a single call would else
/// draw the same number as all others.
#[inline]
pub(crate) fn drawn() -> u32 {
    if GOLDEN.get() == 0 {
        GOLDEN.set(fastrand::u32(1..));
    }
    GOLDEN.get()
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
