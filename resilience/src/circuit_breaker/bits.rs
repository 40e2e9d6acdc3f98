//! The last so many calls, a bit for each. Pure.

/// A ring of bits over an endless sequence, allocated when the first is set.
///
/// A call's place is how many came before it in the breaker's life; the ring begins with place `start`. Successes leave no
/// trace, so bits are cleared when a later look passes over them.
#[derive(Debug)]
pub(super) struct Bits {
    capacity: u64,
    start: u64,
    words: Vec<u64>,
    /// Places before this one have been looked at.
    end: u64,
    /// Which word that place lies in.
    index: usize,
    /// How many places there are from it to the end of its word. A word's last place is its highest bit, also where the
    /// ring ends with a shorter one.
    left: u64,
    ones: u64,
}

impl Bits {
    pub(super) fn new(capacity: u64, start: u64) -> Self {
        let left = capacity.min(64);
        Self { capacity, start, words: Vec::new(), end: start, index: 0, left, ones: 0 }
    }

    /// How many places are in the ring when this one is the next, and whether that is all.
    #[inline]
    pub(super) fn places(&self, end: u64) -> (u64, bool) {
        let places = end - self.start;
        (places.min(self.capacity), places >= self.capacity)
    }

    /// How many of the last `capacity` places before `end` are set.
    #[inline]
    pub(super) fn count(&mut self, end: u64) -> u64 {
        if end > self.end {
            self.advance(end);
        }
        self.ones
    }

    /// Sets the place just before `end`.
    #[inline(never)]
    pub(super) fn set_last(&mut self, end: u64) {
        if self.words.is_empty() {
            let words =
                usize::try_from(self.capacity.div_ceil(64)).expect("a u32 count fits in memory");
            self.words = vec![0; words];
        }
        self.set_last_if(end, |_| true);
    }

    /// Sets the place just before `end`, if it may be set when that many are then: whether it is.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: a call would save and load registers")]
    pub(super) fn set_last_if(&mut self, end: u64, may: impl FnOnce(u64) -> bool) -> bool {
        let mut passed = (end - 1).wrapping_sub(self.end);
        if passed >= self.left {
            self.advance(end - 1);
            passed = 0;
        }
        let Some(word) = self.words.get_mut(self.index) else { return false };
        // What the places passed over and the one to be set held a round ago.
        let first = 64 - self.left;
        let leaving = (*word >> first) & (2_u64 << passed).wrapping_sub(1);
        let ones = self.ones + 1 - ones(leaving);
        if !may(ones) {
            return false;
        }
        *word ^= (leaving ^ 1 << passed) << first;
        self.ones = ones;
        self.end += passed + 1;
        self.pass(passed + 1);
        true
    }

    /// Moves to `end`: the places in between held successes, so what they held a round ago is cleared.
    #[cold]
    #[inline(never)]
    fn advance(&mut self, end: u64) {
        let passed = end.saturating_sub(self.end);
        self.end += passed;
        if passed >= self.capacity || self.ones == 0 {
            self.empty();
        } else {
            self.clear(passed);
        }
    }

    /// Nothing in the ring is set.
    fn empty(&mut self) {
        if self.ones > 0 {
            self.words.fill(0);
            self.ones = 0;
        }
        let place = (self.end - self.start) % self.capacity;
        self.go_to(place / 64);
        self.left -= place % 64;
    }

    /// Clears the next places, less than a round, 64 in one step.
    fn clear(&mut self, mut places: u64) {
        while places > 0 {
            let step = places.min(self.left);
            let mask = u64::MAX >> (64 - step) << (64 - self.left);
            let word = &mut self.words[self.index];
            self.ones -= ones(*word & mask);
            *word &= !mask;
            self.pass(step);
            places -= step;
        }
    }

    /// Goes on by that many places, no more than are left in the word.
    #[inline]
    fn pass(&mut self, places: u64) {
        self.left -= places;
        if self.left == 0 {
            self.go_to(self.index as u64 + 1);
        }
    }

    /// Goes to the beginning of a word; after the last one comes the first.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "below the number of words in memory")]
    fn go_to(&mut self, word: u64) {
        let start = if word * 64 < self.capacity { word * 64 } else { 0 };
        self.index = (start / 64) as usize;
        self.left = (self.capacity - start).min(64);
    }
}

/// Of a few places at most one is set, mostly: counting more takes longer.
#[inline]
fn ones(bits: u64) -> u64 {
    match bits & bits.wrapping_sub(1) {
        0 => u64::from(bits != 0),
        _ => bits.count_ones().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(bits: &Bits) -> Bits {
        Bits { words: bits.words.clone(), ..*bits }
    }

    #[test]
    fn a_ring_that_ends_within_a_word_forgets_what_was_a_round_ago() {
        for (start, capacity) in [(0, 1), (7, 63), (64, 64), (9, 65), (0, 100), (130, 128)] {
            let mut bits = Bits::new(capacity, start);
            (start + 1..=start + capacity).for_each(|end| bits.set_last(end));
            for passed in 0..=capacity {
                let counted = copy(&bits).count(start + capacity + passed);
                assert_eq!(counted, capacity - passed);
            }
        }
        let mut bits = Bits::new(100, 0);
        (1..=100).for_each(|end| bits.set_last(end));
        assert_eq!(bits.count(190), 10);
        let last_and_first = "the last ones of a round, and the first ones of the next";
        assert_eq!(copy(&bits).count(199), 1, "{last_and_first}");
        (195..=205).for_each(|end| bits.set_last(end));
        assert_eq!((bits.count(295), bits.count(304), bits.count(305)), (10, 1, 0));
    }

    #[test]
    fn a_place_that_may_not_be_set_changes_nothing() {
        let mut bits = Bits::new(3, 0);
        (1..=3).for_each(|end| bits.set_last(end));
        assert!(!bits.set_last_if(4, |ones| ones != 3));
        assert_eq!((copy(&bits).count(3), copy(&bits).count(4)), (3, 2));
        assert!(bits.set_last_if(4, |ones| ones == 3));
        assert_eq!(bits.count(4), 3);
    }

    #[test]
    fn a_ring_counts_what_a_list_of_all_calls_does() {
        for capacity in [3, 64, 70, 130_u8] {
            let (mut bits, mut calls, mut random) = (Bits::new(capacity.into(), 0), vec![true], 7);
            bits.set_last(1);
            for _ in 0..2_000 {
                random = u32::wrapping_mul(random, 1_664_525).wrapping_add(1_013_904_223);
                calls.extend((0..random >> 29).map(|_| false));
                calls.push(true);
                let last = calls.iter().rev().take(capacity.into());
                let set = last.filter(|is_set| **is_set).count() as u64;
                let end = calls.len() as u64;
                assert!(
                    bits.set_last_if(end, |ones| ones == set),
                    "{capacity} places, {end} calls"
                );
                assert_eq!(bits.count(end), set);
            }
        }
    }
}
