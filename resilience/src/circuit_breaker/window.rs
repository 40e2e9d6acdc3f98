//! Which part of the lifetime counters is judged. Pure: time and readings are arguments.

use super::config::Window;
use super::tally::Counters;
use crate::clock::{self, Nanos};

/// A time window leaves bucket by bucket.
const BUCKETS: usize = 10;

/// The part of the counters that counts now.
#[derive(Debug)]
pub(super) enum SlidingWindow {
    /// Everything since the last change of state.
    SinceChange(Counters),
    /// The last time window.
    Time(Box<TimeWindow>),
    /// The last so many calls.
    Calls(CallWindow),
}

impl SlidingWindow {
    /// Nothing seen yet.
    pub(super) fn new(window: Option<Window>, reading: Counters, now: Nanos) -> Self {
        match window {
            None => Self::SinceChange(reading),
            Some(Window::Time(time)) => {
                Self::Time(Box::new(TimeWindow::new(clock::span(time), reading, now)))
            }
            Some(Window::Calls(calls)) => Self::Calls(CallWindow::new(calls.into(), reading)),
        }
    }

    /// Lets old buckets go. `reading` must not yet contain what is about to be counted at `now`.
    #[inline]
    pub(super) fn advance(&mut self, reading: Counters, now: Nanos) {
        if let Self::Time(window) = self {
            window.advance(reading, now);
        }
    }

    /// Until when counting needs no [`advance`](Self::advance).
    #[inline]
    pub(super) fn fresh_until(&self) -> Nanos {
        match self {
            Self::Time(window) => window.fresh_until(),
            _ => clock::FAR_FUTURE,
        }
    }

    /// Notes that the newest call of `reading` failed or was slow; successes need no note.
    #[inline]
    pub(super) fn note(&mut self, reading: Counters, failed: bool, slow: bool) {
        if let Self::Calls(window) = self {
            window.note(reading, failed, slow);
        }
    }

    /// Finished calls: those in the window, or since the last change where the window counts calls.
    #[inline]
    pub(super) fn requests(&self, reading: Counters, seen: Counters) -> u64 {
        let counted = if let Self::Calls(window) = self { reading - window.start } else { seen };
        counted.calls() + counted.ignored
    }

    /// What is in the window, as of the last [`advance`](Self::advance). Ignored calls of a count window run since the last change.
    #[inline]
    pub(super) fn seen(&mut self, reading: Counters) -> Counters {
        match self {
            Self::SinceChange(start) => reading - *start,
            Self::Time(window) => window.seen(reading),
            Self::Calls(window) => window.seen(reading),
        }
    }
}

/// Ten marks: what the counters read when each bucket began.
#[derive(Debug)]
pub(super) struct TimeWindow {
    width: u64,
    /// The number of the running bucket since the clock's origin.
    bucket: u64,
    marks: [Counters; BUCKETS],
}

impl TimeWindow {
    fn new(span: u64, reading: Counters, now: Nanos) -> Self {
        let width = (span / BUCKETS as u64).max(1);
        Self { width, bucket: now / width, marks: [reading; BUCKETS] }
    }

    /// A `now` that is older than the running bucket, by error, counts as now.
    fn advance(&mut self, reading: Counters, now: Nanos) {
        let bucket = now / self.width;
        let passed = bucket.saturating_sub(self.bucket).min(BUCKETS as u64);
        for back in 0..passed {
            self.marks[slot(bucket - back)] = reading;
        }
        self.bucket = self.bucket.max(bucket);
    }

    fn fresh_until(&self) -> Nanos {
        (self.bucket + 1).saturating_mul(self.width)
    }

    /// The oldest bucket still inside is the one after the running one, a round ago.
    fn seen(&self, reading: Counters) -> Counters {
        reading - self.marks[slot(self.bucket + 1)]
    }
}

#[allow(clippy::cast_possible_truncation, reason = "below BUCKETS")]
fn slot(bucket: u64) -> usize {
    (bucket % BUCKETS as u64) as usize
}

/// The last `capacity` calls: a bit for each that failed, a bit for each that was slow.
///
/// A call's place is how many came before it. Successes in between leave no trace, so bits are cleared when a later
/// look passes over them.
#[derive(Debug)]
pub(super) struct CallWindow {
    start: Counters,
    failed: Bits,
    slow: Bits,
}

impl CallWindow {
    fn new(capacity: u64, start: Counters) -> Self {
        Self { start, failed: Bits::new(capacity), slow: Bits::new(capacity) }
    }

    #[inline]
    fn note(&mut self, reading: Counters, failed: bool, slow: bool) {
        let end = (reading - self.start).calls();
        for (bits, set) in [(&mut self.failed, failed), (&mut self.slow, slow)] {
            if set {
                bits.set_last(end);
            }
        }
    }

    #[inline]
    fn seen(&mut self, reading: Counters) -> Counters {
        let since = reading - self.start;
        let calls = since.calls().min(self.failed.capacity);
        let failures = self.failed.count(since.calls());
        let slow = self.slow.count(since.calls());
        Counters { successes: calls - failures, failures, ignored: since.ignored, slow }
    }
}

/// A ring of bits over an endless sequence, allocated when the first is set.
#[derive(Debug)]
struct Bits {
    capacity: u64,
    words: Vec<u64>,
    /// Places before this one have been looked at.
    end: u64,
    ones: u64,
}

impl Bits {
    fn new(capacity: u64) -> Self {
        Self { capacity, words: Vec::new(), end: 0, ones: 0 }
    }

    /// How many of the last `capacity` places before `end` are set.
    #[inline]
    fn count(&mut self, end: u64) -> u64 {
        self.advance(end);
        self.ones
    }

    /// Sets the place just before `end`.
    #[inline]
    fn set_last(&mut self, end: u64) {
        self.advance(end);
        if self.words.is_empty() {
            let words =
                usize::try_from(self.capacity.div_ceil(64)).expect("a u32 count fits in memory");
            self.words = vec![0; words];
        }
        let (word, bit) = self.place(end - 1);
        self.ones += u64::from(self.words[word] & bit == 0);
        self.words[word] |= bit;
    }

    /// Moves to `end`: the places in between held successes, so what they held a round ago is cleared.
    #[inline]
    fn advance(&mut self, end: u64) {
        if self.ones > 0 && end.saturating_sub(self.end) >= self.capacity {
            self.words.fill(0);
            self.ones = 0;
        } else if self.ones > 0 {
            self.clear(self.end, end);
        }
        self.end = self.end.max(end);
    }

    /// Clears the places from `start` to `end`, less than a round, 64 in one step.
    #[inline]
    fn clear(&mut self, mut start: u64, end: u64) {
        while start < end {
            let (word, first) = self.place(start);
            let places = self.left_in_word(start).min(end - start);
            // `first` is one bit: what it and the next ones add up to.
            let mask = first.wrapping_mul(u64::MAX >> (64 - places));
            self.ones -= u64::from((self.words[word] & mask).count_ones());
            self.words[word] &= !mask;
            start += places;
        }
    }

    /// How many places there are from this one to the end of its word, or of the ring.
    #[inline]
    fn left_in_word(&self, place: u64) -> u64 {
        let place = place % self.capacity;
        (64 - place % 64).min(self.capacity - place)
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "below the number of words that were allocated"
    )]
    #[inline]
    fn place(&self, place: u64) -> (usize, u64) {
        let place = place % self.capacity;
        ((place / 64) as usize, 1 << (place % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_that_ends_within_a_word_forgets_what_was_a_round_ago() {
        for capacity in [1, 63, 64, 65, 100, 128] {
            let mut bits = Bits::new(capacity);
            (1..=capacity).for_each(|end| bits.set_last(end));
            for passed in 0..=capacity {
                let mut later = Bits { words: bits.words.clone(), ..bits };
                assert_eq!(later.count(capacity + passed), capacity - passed);
            }
        }
        let mut bits = Bits::new(100);
        (1..=100).for_each(|end| bits.set_last(end));
        assert_eq!(bits.count(190), 10);
        assert_eq!(bits.count(199), 1, "the last ones of a round, and the first ones of the next");
        (195..=205).for_each(|end| bits.set_last(end));
        assert_eq!((bits.count(295), bits.count(304), bits.count(305)), (10, 1, 0));
    }
}
