//! Threads that look keys up while others have to go: a caller that holds a key's policy holds the only one.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::keyed::Keyed;
use crate::rejection::Rejection;

const ROUNDS: u32 = if cfg!(miri) { 20 } else { 20_000 };

/// One place per key. Each thread fills the key's place and knows so by a flag of its own; a second policy for a key
/// that is held would fill it twice.
#[test]
fn a_key_that_is_held_never_gets_a_second_policy() {
    let seats = Keyed::<Bulkhead>::new("seats", BulkheadConfig::new().max_concurrent(1));
    let seats = seats.max_keys(2);
    let taken = [const { AtomicU32::new(0) }; 5];
    let start = Barrier::new(3);
    thread::scope(|scope| {
        for thread in 0..3 {
            let (seats, taken, start) = (&seats, &taken, &start);
            scope.spawn(move || {
                start.wait();
                (0..ROUNDS)
                    .for_each(|round| sit(seats, taken, (round * (thread + 1) + thread) % 5));
            });
        }
    });
    assert!(seats.totals().evicted > 0, "keys had to go");
    assert!(seats.len() <= 5);
    let in_flight: u64 = seats.aggregate().in_flight;
    assert_eq!(in_flight, 0);
}

fn sit(seats: &Keyed<Bulkhead>, taken: &[AtomicU32; 5], key: u32) {
    let seat = seats.get(&key);
    let permit: Result<_, Rejection> = seat.try_acquire();
    if permit.is_ok() {
        let taken = &taken[key as usize];
        assert_eq!(taken.fetch_add(1, SeqCst), 0, "key {key} has two policies");
        thread::yield_now();
        taken.fetch_sub(1, SeqCst);
    }
}

/// Rejections are counted by the policy; those of evicted policies are kept.
#[test]
fn no_count_is_lost_when_keys_go() {
    let seats = Keyed::<Bulkhead>::new("counted", BulkheadConfig::new().max_concurrent(1));
    let seats = seats.max_keys(2);
    let rejected = AtomicU32::new(0);
    thread::scope(|scope| {
        for thread in 0..3 {
            let (seats, rejected) = (&seats, &rejected);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let seat = seats.get(&((round + thread) % 7));
                    let first = seat.try_acquire();
                    let second = seat.try_acquire();
                    let rejections = u32::from(first.is_err()) + u32::from(second.is_err());
                    rejected.fetch_add(rejections, SeqCst);
                }
            });
        }
    });
    assert_eq!(seats.aggregate().rejected, u64::from(rejected.into_inner()));
}
