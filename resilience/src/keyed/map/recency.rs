//! When a key was last used, counted in steps: in a small map every look is one, in a large one about a thousand are
//! taken while as many looks go by as it has keys. A counter that every look increments would be fought for.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A map of up to this many keys counts every look.
const EXACT: u32 = 1_024;

/// The time that entries are stamped with. Read by all and written seldom, it has its memory to itself.
#[repr(align(128))]
pub(in crate::keyed) struct Recency {
    now: AtomicU64,
    /// Looks per step, less one: a power of two, less one.
    mask: u64,
}

impl Recency {
    pub(in crate::keyed) fn new(max_keys: u32) -> Self {
        let looks = (max_keys / EXACT).next_power_of_two();
        Self { now: AtomicU64::new(0), mask: u64::from(looks - 1) }
    }

    /// The time of a look. Which looks take a step, their keys' hashes decide, as good as by lot: nothing is counted.
    #[inline]
    pub(in crate::keyed) fn look(&self, hash: u64) -> u64 {
        let now = self.now.load(Relaxed);
        if (hash ^ now) & self.mask == 0 { self.step() } else { now }
    }

    /// The time of a step: none has the same.
    pub(in crate::keyed) fn step(&self) -> u64 {
        self.now.fetch_add(1, Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(max_keys: u32, looks: u64) -> u64 {
        let recency = Recency::new(max_keys);
        let hash = |look: u64| look.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        for look in 0..looks {
            recency.look(hash(look));
        }
        recency.step()
    }

    #[test]
    fn a_small_map_counts_every_look() {
        assert_eq!(times(1, 5_000), 5_000);
        assert_eq!(times(EXACT, 5_000), 5_000);
    }

    #[test]
    fn a_large_one_takes_a_thousand_steps_while_as_many_looks_as_it_has_keys_go_by() {
        for max_keys in [10_000, 100_000, 1_000_000] {
            let steps = times(max_keys, max_keys.into());
            assert!((400..=1_600).contains(&steps), "{steps} steps of {max_keys}");
        }
    }
}
