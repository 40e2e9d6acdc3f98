//! What a call reads when it begins: one word for which retry it is, and whether there is anything to note.

use crate::ambient::Mark;
use crate::sync::{AtomicU64, Ordering};

/// Calls earn a share of a budget, or their time is limited, or they pass untouched.
const BOOKS: u64 = 1;
/// The retry has no number yet. Its first call gives it one.
const UNNUMBERED: u64 = 2;

/// The mark of a first attempt, with these bits in the place of its lowest two, which are 0.
pub(super) struct Entry(AtomicU64);

/// The word as it was read.
#[derive(Clone, Copy)]
pub(super) struct Word(u64);

impl Entry {
    pub(super) const fn new(keeps_books: bool) -> Self {
        let books = if keeps_books { BOOKS } else { 0 };
        Self(AtomicU64::new(Mark::first_of(0) | UNNUMBERED | books))
    }

    #[inline]
    pub(super) fn read(&self) -> Word {
        Word(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn keep_books(&self, keeps_books: bool) {
        if keeps_books {
            self.0.fetch_or(BOOKS, Ordering::Relaxed);
        } else {
            self.0.fetch_and(!BOOKS, Ordering::Relaxed);
        }
    }

    /// Two calls that come first at once find the same number.
    pub(super) fn number(&self, number: u32) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
            Some(Mark::first_of(number) | (word & BOOKS))
        });
    }
}

impl Word {
    /// Whether a call has anything to do before its first attempt.
    #[inline]
    pub(super) const fn is_eventful(self) -> bool {
        self.0 & (BOOKS | UNNUMBERED) != 0
    }

    pub(super) const fn is_numbered(self) -> bool {
        self.0 & UNNUMBERED == 0
    }

    pub(super) const fn keeps_books(self) -> bool {
        self.0 & BOOKS != 0
    }

    /// The mark of a first attempt, where the word is not eventful.
    #[inline]
    pub(super) const fn uneventful_mark(self) -> Mark {
        Mark::of_first(self.0)
    }

    /// The mark of a first attempt.
    pub(super) const fn mark(self) -> Mark {
        Mark::of_first(self.0 & !(BOOKS | UNNUMBERED))
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_what_is_noted_change_independently() {
        let entry = Entry::new(true);
        assert!(entry.read().is_eventful() && !entry.read().is_numbered());
        entry.number(7);
        assert!(entry.read().is_numbered() && entry.read().keeps_books());
        entry.keep_books(false);
        assert!(!entry.read().is_eventful());
        assert!(entry.read().uneventful_mark() == Mark::of_first(Mark::first_of(7)));
        entry.keep_books(true);
        assert!(entry.read().mark() == Mark::of_first(Mark::first_of(7)));
    }
}
