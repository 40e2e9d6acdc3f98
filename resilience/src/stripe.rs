//! Which stripe of the striped counters a thread writes to.
//!
//! A stripe that one thread alone writes to needs no atomic sum: the thread loads, and stores one more, at a third of the
//! price. So each thread takes a stripe for its lifetime, the same in all counters, and gives it back when it ends.
//! Threads that find none free share others, by atomic sums.

use std::cell::Cell;
use std::sync::OnceLock;
// Who has which stripe is a matter of the process, also where a model explores what is counted.
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::sync::AtomicU64;

/// More stripes than these cost more to sum up than they save.
const MOST_OWN: usize = 16;
const MOST_SHARED: usize = 8;

/// Which stripes belong to a thread, a bit each.
static TAKEN: AtomicU32 = AtomicU32::new(0);
/// None from this one on has ever been counted in.
static USED: AtomicUsize = AtomicUsize::new(0);

/// In the place of an index: of a thread that has not looked for a stripe, and of one that found none. No slice holds
/// these, so that one comparison answers both questions.
const NEW: usize = usize::MAX;
const SHARING: usize = usize::MAX - 1;

thread_local! {
    static OWN: Cell<usize> = const { Cell::new(NEW) };
    /// Which of the shared ones, of a thread that has none of its own.
    static SHARED: Cell<usize> = const { Cell::new(0) };
    /// Apart, so that a call looks at a plain number, and not whether it is still there.
    static HELD: Held = Held::take();
}

/// How many stripes a counter has: as many of the first kind as threads are likely to count, then those to share. The
/// same for every counter, whatever the system says later.
pub(crate) fn count() -> usize {
    own_count() + shared_count()
}

fn own_count() -> usize {
    (2 * parallelism()).next_power_of_two().clamp(4, MOST_OWN)
}

fn shared_count() -> usize {
    (parallelism() / 2).next_power_of_two().clamp(1, MOST_SHARED)
}

fn parallelism() -> usize {
    static PARALLELISM: OnceLock<usize> = OnceLock::new();
    *PARALLELISM.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Adds one to the counter that the calling thread has among these stripes.
#[inline]
pub(crate) fn bump<T>(stripes: &[T], counter: impl Fn(&T) -> &AtomicU64) {
    match stripes.get(OWN.get()) {
        Some(stripe) => add_alone(counter(stripe)),
        None => bump_apart(stripes, counter),
    }
}

#[cold]
#[inline(never)]
fn bump_apart<T>(stripes: &[T], counter: impl Fn(&T) -> &AtomicU64) {
    if let Some(own) = own_index() {
        add_alone(counter(&stripes[own]));
        return;
    }
    let index = own_count() + SHARED.get();
    use_up_to(index);
    counter(&stripes[index]).fetch_add(1, Ordering::Relaxed);
}

/// Of a counter that no other thread writes to.
#[inline]
pub(crate) fn add_alone(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// What all stripes have counted together. As long as one thread counts, that is the first one's.
#[inline]
pub(crate) fn sum<T>(stripes: &[T], counter: impl Fn(&T) -> &AtomicU64) -> u64 {
    let load = |stripe| counter(stripe).load(Ordering::Relaxed);
    match USED.load(Ordering::Relaxed) {
        ..2 => stripes.first().map_or(0, load),
        used => stripes.iter().take(used).map(load).sum(),
    }
}

fn use_up_to(index: usize) {
    if USED.load(Ordering::Relaxed) <= index {
        USED.fetch_max(index + 1, Ordering::Relaxed);
    }
}

/// The calling thread's own, which it takes if it has not yet looked for one.
fn own_index() -> Option<usize> {
    // All threads of a model run on one.
    if cfg!(shuttle) {
        share();
        return None;
    }
    // A thread that is about to end could not give it back.
    if OWN.get() == NEW && HELD.try_with(|_| ()).is_err() {
        share();
    }
    Some(OWN.get()).filter(|index| *index < MOST_OWN)
}

fn share() {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let index = NEXT.fetch_add(1, Ordering::Relaxed) % shared_count();
    SHARED.set(index);
    OWN.set(SHARING);
}

/// A stripe that the thread has taken, if one was free.
struct Held;

impl Held {
    fn take() -> Self {
        let free = |taken: u32| {
            let index = taken.trailing_ones() as usize;
            (index < own_count()).then_some(taken | 1 << index)
        };
        // What its last owner has counted there is seen.
        match TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, free) {
            Ok(taken) => {
                let index = taken.trailing_ones() as usize;
                use_up_to(index);
                OWN.set(index);
            }
            Err(_) => share(),
        }
        Self
    }
}

impl Drop for Held {
    /// What the thread counts from here on, it counts in a shared one.
    fn drop(&mut self) {
        let index = OWN.get();
        if index < MOST_OWN {
            share();
            TAKEN.fetch_and(!(1 << index), Ordering::Release);
        }
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::sync::Barrier;

    use super::*;

    fn sum(stripes: &[AtomicU64]) -> u64 {
        super::sum(stripes, |stripe| stripe)
    }

    fn stripes() -> Vec<AtomicU64> {
        (0..count()).map(|_| AtomicU64::new(0)).collect()
    }

    #[test]
    fn nothing_is_lost_while_more_threads_count_than_have_a_stripe() {
        // An interpreter takes its time.
        const EACH: u64 = if cfg!(miri) { 20 } else { 1_000 };
        let (stripes, barrier) = (stripes(), Barrier::new(40));
        std::thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| {
                    barrier.wait();
                    (0..EACH).for_each(|_| bump(&stripes, |stripe| stripe));
                });
            }
        });
        assert_eq!(sum(&stripes), 40 * EACH);
    }

    #[test]
    fn threads_after_one_another_go_on_counting_where_the_last_one_ended() {
        // An interpreter takes its time, and has fewer stripes.
        const THREADS: u64 = if cfg!(miri) { 20 } else { 100 };
        let stripes = stripes();
        for _ in 0..THREADS {
            std::thread::scope(|scope| {
                scope.spawn(|| (0..10).for_each(|_| bump(&stripes, |stripe| stripe)));
            });
        }
        assert_eq!(sum(&stripes), 10 * THREADS);
    }

    #[test]
    fn a_thread_that_ends_counts_in_its_last_moments_too() {
        struct Last<'s>(&'s [AtomicU64]);
        impl Drop for Last<'_> {
            fn drop(&mut self) {
                bump(self.0, |stripe| stripe);
            }
        }
        thread_local!(static LAST: Cell<Option<Last<'static>>> = const { Cell::new(None) });
        let stripes: &'static [AtomicU64] = Vec::leak(stripes());
        let ends = std::thread::spawn(|| {
            LAST.set(Some(Last(stripes)));
            bump(stripes, |stripe| stripe);
        });
        ends.join().unwrap();
        assert_eq!(sum(stripes), 2);
    }
}
