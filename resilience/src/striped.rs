//! A counter that threads don't fight over: one word while it has counted little, one cache line per thread afterwards.

use std::fmt;

use once_cell::race::OnceBox;

use crate::stripe;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Counts up from zero.
///
/// It gives each thread a stripe of its own at the first lost race for its word, or when it has counted [`MUCH`]. Until
/// then it takes three words, because there may be one for each of many keys.
pub(crate) struct StripedCounter {
    word: AtomicU64,
    /// What it had counted when it was to begin again at zero: threads write to their stripes alone.
    forgotten: AtomicU64,
    stripes: OnceBox<Stripes>,
}

/// From here on stripes are worth their memory: a thread counts in its own at a third of the price.
const MUCH: u64 = 10_000;

/// One thread's share: a cache line, and its prefetched neighbour.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe(AtomicU64);

type Stripes = Box<[Stripe]>;

impl Default for StripedCounter {
    fn default() -> Self {
        Self::new()
    }
}

impl StripedCounter {
    pub(crate) const fn new() -> Self {
        Self { word: AtomicU64::new(0), forgotten: AtomicU64::new(0), stripes: OnceBox::new() }
    }

    /// Counts one more.
    #[inline]
    pub(crate) fn increment(&self) {
        match self.stripes.get() {
            Some(stripes) => stripe::bump(stripes, |stripe| &stripe.0),
            None => self.increment_word(),
        }
    }

    /// How many there were.
    pub(crate) fn get(&self) -> u64 {
        self.all().saturating_sub(self.forgotten.load(Relaxed))
    }

    /// Begins at zero again.
    pub(crate) fn reset(&self) {
        self.forgotten.store(self.all(), Relaxed);
    }

    fn all(&self) -> u64 {
        let counted = |stripes| stripe::sum(stripes, |stripe: &Stripe| &stripe.0);
        self.word.load(Relaxed) + self.stripes.get().map_or(0, |stripes| counted(stripes))
    }

    #[inline]
    fn increment_word(&self) {
        let before = self.word.load(Relaxed);
        let counted = self.word.compare_exchange(before, before + 1, Relaxed, Relaxed);
        if counted.is_err() || before >= MUCH {
            self.stripe(counted.is_ok());
        }
    }

    /// Another thread counts at the same time, or it has counted much.
    #[cold]
    #[inline(never)]
    fn stripe(&self, is_counted: bool) {
        let new = || Box::new((0..stripe::count()).map(|_| Stripe::default()).collect());
        let stripes = self.stripes.get_or_init(new);
        if !is_counted {
            stripe::bump(stripes, |stripe| &stripe.0);
        }
    }
}

impl fmt::Debug for StripedCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn loses_nothing_while_threads_compete() {
        // An interpreter takes its time.
        const EACH: u64 = if cfg!(miri) { 200 } else { 10_000 };
        let counter = StripedCounter::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..EACH).for_each(|_| counter.increment()));
            }
        });
        assert_eq!(counter.get(), 4 * EACH);
    }

    #[test]
    fn stripes_count_beside_the_word() {
        let counter = StripedCounter::new();
        counter.increment();
        counter.stripe(false);
        counter.increment();
        assert_eq!(counter.get(), 3);
        assert_eq!(counter.word.load(Relaxed), 1, "after the first lost race the word rests");
    }

    #[test]
    fn much_goes_to_stripes_without_a_lost_race() {
        let counter = StripedCounter::new();
        (0..MUCH + 3).for_each(|_| counter.increment());
        assert!(counter.stripes.get().is_some());
        assert_eq!((counter.get(), counter.word.load(Relaxed)), (MUCH + 3, MUCH + 1));
    }

    #[test]
    fn begins_again_at_zero_wherever_it_counts() {
        let counter = StripedCounter::new();
        for counted in [1, 2] {
            (0..counted).for_each(|_| counter.increment());
            assert_eq!(counter.get(), counted);
            counter.reset();
            assert_eq!(counter.get(), 0);
            counter.stripe(true);
        }
    }

    #[test]
    fn is_small_as_long_as_it_counts_little() {
        assert_eq!(size_of::<StripedCounter>(), 24);
    }
}
