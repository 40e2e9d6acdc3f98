//! Chance: one generator per thread, never a shared lock. Pure code takes the number as an argument instead.

use std::cell::Cell;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

/// Uniform in `[0, 1)`.
pub(crate) fn unit() -> f64 {
    fastrand::f64()
}

thread_local! {
    static SUM: Cell<u32> = const { Cell::new(u32::MAX) };
}

/// Draws a share of calls, in 2^32nds, for the price of a sum: those with which this thread's sum of shares runs over.
/// A thread's first call is drawn whatever its share, unless that is 0: else threads that make few calls would draw none.
#[inline]
pub(crate) fn draw(share: u32) -> bool {
    let (sum, runs_over) = SUM.get().overflowing_add(share);
    SUM.set(sum);
    runs_over
}

/// About one in 2^`rarity`, for [`draw`]. One in 2^n + 0.618…: no multiple of such a share, and no sum of several, is a
/// whole number, so that calls of a kind that come in turns are drawn as often as others (the golden ratio is the number
/// that fractions come least close to).
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^32")]
pub(crate) fn share(rarity: u32) -> u32 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    if rarity == 0 {
        u32::MAX
    } else {
        (2_f64.powi(32) / (f64::from(1_u32 << rarity) + GOLDEN)) as u32
    }
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

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    /// Which of so many calls, each with a share of its own, are drawn, on a thread of its own.
    fn drawn(calls: usize, share_of: impl Fn(usize) -> u32 + Sync) -> Vec<usize> {
        let is_drawn = |call: &usize| draw(share_of(*call));
        std::thread::scope(|scope| {
            scope.spawn(|| (0..calls).filter(is_drawn).collect()).join().unwrap()
        })
    }

    #[test]
    fn a_share_is_drawn_as_often_as_it_says() {
        for rarity in 0..=10 {
            let count = drawn(200_000, |_| share(rarity)).len() as f64;
            let expected = 200_000.0 * f64::from(share(rarity)) / 2_f64.powi(32);
            assert!((count - expected).abs() <= 1.0, "{count} instead of {expected}");
        }
        assert!(drawn(1_000, |_| 0).is_empty(), "nor is a thread's first");
    }

    #[test]
    fn calls_that_come_in_turns_are_drawn_alike() {
        for (turns, rarity, other) in
            [(2, 1, 1), (2, 3, 3), (3, 4, 2), (7, 2, 0), (16, 4, 4), (64, 6, 1)]
        {
            let share_of =
                |call: usize| share(if call.is_multiple_of(turns) { rarity } else { other });
            let of_the_first = |call: &&usize| call.is_multiple_of(turns);
            let calls = drawn(turns * 50_000, share_of);
            let count = calls.iter().filter(of_the_first).count() as f64;
            let expected = 50_000.0 * f64::from(share(rarity)) / 2_f64.powi(32);
            assert!(
                (count / expected - 1.0).abs() < 0.05,
                "{turns} {rarity} {other}: {count} instead of {expected}"
            );
        }
    }

    #[test]
    fn a_threads_first_call_is_drawn_and_then_none_for_a_while() {
        assert_eq!(drawn(1, |_| share(16)), [0]);
        assert_eq!(drawn(20, |_| share(4)), [0, 16], "one in 16.6");
    }
}
