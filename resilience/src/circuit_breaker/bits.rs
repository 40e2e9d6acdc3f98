//! The last so many calls, a bit for each. Pure.

use std::mem;

/// A ring of bits over an endless sequence, allocated when the first is set.
///
/// A call's place is how many came before it in the breaker's life; the ring begins with place `start`. Successes leave no
/// trace: what their places held a round ago is forgotten when the ring is counted, or goes on to the next word.
#[derive(Debug)]
pub(super) struct Bits {
    capacity: u64,
    start: u64,
    words: Vec<u64>,
    /// Which word is at hand, which place is its first one, and how many it has: none before the first is set.
    index: usize,
    first: u64,
    width: u64,
    /// What has been set in it.
    new: u64,
    /// What it held a round ago and has not forgotten.
    old: u64,
    /// How many are set, with those that are to be forgotten.
    most: u64,
}

impl Bits {
    pub(super) fn new(capacity: u64, start: u64) -> Self {
        let words = Vec::new();
        Self { capacity, start, words, index: 0, first: start, width: 0, new: 0, old: 0, most: 0 }
    }

    /// How many places are in the ring when this one is the next.
    #[inline]
    pub(super) fn places(&self, end: u64) -> u64 {
        self.capacity.min(end - self.start)
    }

    /// How many of the last `capacity` places before `end` are set.
    #[inline]
    pub(super) fn count(&mut self, end: u64) -> u64 {
        if self.most > 0 {
            self.reach(end - 1);
            self.forget(end - self.first);
        }
        self.most
    }

    /// Sets the place just before `end`.
    #[inline(never)]
    pub(super) fn set_last(&mut self, end: u64) {
        if self.words.is_empty() {
            let words =
                usize::try_from(self.capacity.div_ceil(64)).expect("a u32 count fits in memory");
            self.words = vec![0; words];
        }
        self.reach(end - 1);
        self.set_last_below(u64::MAX, end);
    }

    /// Sets the place just before `end`, if it lies in the word at hand and fewer than `limit` are certainly set then:
    /// whether that is so.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: a call would save and load registers")]
    pub(super) fn set_last_below(&mut self, limit: u64, end: u64) -> bool {
        let (place, most) = ((end - 1).wrapping_sub(self.first), self.most + 1);
        let is_known = place < self.width && most < limit;
        if is_known {
            self.new |= 1 << place;
            self.most = most;
        }
        is_known
    }

    /// Goes on to the word that `place` lies in.
    fn reach(&mut self, place: u64) {
        if place >= self.first + self.width + self.capacity {
            self.words.fill(0);
            (self.new, self.old, self.most) = (0, 0, 0);
        }
        if self.most == 0 {
            let in_round = (place - self.start) % self.capacity;
            self.first = place - in_round % 64;
            self.take(in_round / 64);
        }
        while place >= self.first + self.width {
            self.turn();
        }
    }

    /// Goes to the next word; after the last one comes the first.
    fn turn(&mut self) {
        self.forget(self.width);
        if let Some(word) = self.words.get_mut(self.index) {
            *word = self.new;
        }
        self.first += self.width;
        let next = self.index as u64 + 1;
        self.take(if next * 64 < self.capacity { next } else { 0 });
    }

    /// Takes a word in hand: until the ring goes on, nothing is left of it in its place.
    #[allow(clippy::cast_possible_truncation, reason = "below the number of words in memory")]
    fn take(&mut self, word: u64) {
        self.index = word as usize;
        self.width = (self.capacity - word * 64).min(64);
        self.old = self.words.get_mut(self.index).map(mem::take).unwrap_or_default();
        self.new = 0;
    }

    /// Forgets what the first places of the word, at least one, held a round ago.
    fn forget(&mut self, places: u64) {
        let gone = self.old & u64::MAX >> (64 - places);
        self.most -= u64::from(gone.count_ones());
        self.old ^= gone;
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
        let mut bits = Bits::new(70, 0);
        (1..=3).for_each(|end| bits.set_last(end));
        assert!(!bits.set_last_below(4, 6));
        assert_eq!(copy(&bits).count(6), 3);
        assert!(bits.set_last_below(5, 6));
        assert_eq!((copy(&bits).count(6), bits.count(73)), (4, 1));
    }

    #[test]
    fn a_place_beyond_the_current_word_is_not_set_without_a_closer_look() {
        let mut bits = Bits::new(100, 0);
        assert!(!bits.set_last_below(u64::MAX, 1), "there is no word yet");
        bits.set_last(1);
        assert!(bits.set_last_below(u64::MAX, 64), "the last place of the word");
        assert!(!bits.set_last_below(u64::MAX, 65), "the first one of the next");
        assert_eq!(copy(&bits).count(65), 2);
        bits.set_last(65);
        assert!(bits.set_last_below(u64::MAX, 66));
        assert_eq!(bits.count(66), 4);
    }

    #[test]
    fn what_is_not_yet_forgotten_counts_against_a_limit_until_the_ring_is_counted() {
        let mut bits = Bits::new(64, 0);
        (1..=64).for_each(|end| bits.set_last(end));
        bits.set_last(65);
        assert!(!bits.set_last_below(65, 100));
        assert_eq!(bits.count(100), 30 - 1);
        assert!(bits.set_last_below(65, 101));
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
                assert!(!bits.set_last_below(set, end), "{capacity} places, {end} calls");
                if !bits.set_last_below(set + 1, end) {
                    bits.set_last(end);
                }
                assert_eq!(bits.count(end), set, "{capacity} places, {end} calls");
            }
        }
    }
}
