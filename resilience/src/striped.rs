//! A counter that threads don't fight over: one word while one thread counts, one cache line per thread afterwards.

use std::cell::Cell;
use std::fmt;
use std::sync::OnceLock;

use once_cell::race::OnceBox;

use crate::sync::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Counts up from zero.
///
/// The first lost race for its word gives each thread a stripe of its own. Until then it takes 16 bytes, because there
/// may be one for each of many keys.
pub(crate) struct StripedCounter {
    word: AtomicU64,
    stripes: OnceBox<Stripes>,
}

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
        Self { word: AtomicU64::new(0), stripes: OnceBox::new() }
    }

    /// Counts one more.
    #[inline]
    pub(crate) fn increment(&self) {
        match self.stripes.get() {
            Some(stripes) => own(stripes).0.fetch_add(1, Relaxed),
            None => self.increment_word(),
        };
    }

    /// How many there were.
    pub(crate) fn get(&self) -> u64 {
        let stripes = self.stripes.get().into_iter().flatten();
        self.word.load(Relaxed) + stripes.map(|stripe| stripe.0.load(Relaxed)).sum::<u64>()
    }

    /// Begins at zero again. What is counted at this moment may be lost.
    pub(crate) fn reset(&self) {
        self.word.store(0, Relaxed);
        self.stripes.get().into_iter().flatten().for_each(|stripe| stripe.0.store(0, Relaxed));
    }

    #[inline]
    fn increment_word(&self) -> u64 {
        let before = self.word.load(Relaxed);
        match self.word.compare_exchange(before, before + 1, Relaxed, Relaxed) {
            Ok(before) => before,
            Err(_) => self.stripe(),
        }
    }

    /// Another thread counts at the same time.
    #[cold]
    #[inline(never)]
    fn stripe(&self) -> u64 {
        let new = || Box::new((0..stripes()).map(|_| Stripe::default()).collect());
        own(self.stripes.get_or_init(new)).0.fetch_add(1, Relaxed)
    }
}

impl fmt::Debug for StripedCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

/// The calling thread's stripe.
#[inline]
fn own(stripes: &Stripes) -> &Stripe {
    // A thread without an index has one that no slice holds: one comparison answers both questions.
    match stripes.get(INDEX.get()) {
        Some(stripe) => stripe,
        None => &stripes[take_index()],
    }
}

/// More stripes than this cost more to sum up than they save.
const MAX_STRIPES: usize = 16;

/// The same for every counter, whatever the system says later: a thread has one index in all of them.
fn stripes() -> usize {
    static STRIPES: OnceLock<usize> = OnceLock::new();
    *STRIPES.get_or_init(|| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        threads.next_power_of_two().min(MAX_STRIPES)
    })
}

thread_local!(static INDEX: Cell<usize> = const { Cell::new(usize::MAX) });

/// Threads are numbered as they come; neighbours get different stripes.
#[cold]
#[inline(never)]
fn take_index() -> usize {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let index = NEXT.fetch_add(1, Relaxed) as usize % stripes();
    INDEX.set(index);
    index
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn loses_nothing_while_threads_compete() {
        let counter = StripedCounter::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| counter.increment()));
            }
        });
        assert_eq!(counter.get(), 40_000);
    }

    #[test]
    fn stripes_count_beside_the_word() {
        let counter = StripedCounter::new();
        counter.increment();
        counter.stripe();
        counter.increment();
        assert_eq!(counter.get(), 3);
        assert_eq!(counter.word.load(Relaxed), 1, "after the first lost race the word rests");
    }

    #[test]
    fn is_small_as_long_as_one_thread_counts() {
        assert_eq!(size_of::<StripedCounter>(), 16);
    }
}
