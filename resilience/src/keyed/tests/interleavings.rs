//! Calls for two keys in a map for one, in every interleaving that shuttle finds.
//!
//! `scripts/explore-interleavings`; `scripts/check-miri` runs them with the orderings of real memory.

use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::keyed::Keyed;
use crate::sync::explore::{check_pct, check_random, thread};
use crate::sync::{AtomicU32, Ordering::SeqCst};

const RUNS: usize = if cfg!(miri) { 2_000 } else { 20_000 };

fn seats(max_keys: u32) -> Keyed<Bulkhead> {
    Keyed::<Bulkhead>::new("seats", BulkheadConfig::new().max_concurrent(1)).max_keys(max_keys)
}

/// A caller that gets the key's only seat is alone: a second policy for a key that is held would have a second one.
fn sit(seats: &Keyed<Bulkhead>, taken: &AtomicU32, key: u32) {
    let seat = seats.get(&key);
    let permit = seat.try_acquire();
    if permit.is_ok() {
        assert_eq!(taken.fetch_add(1, SeqCst), 0, "key {key} has two policies");
        thread::yield_now();
        taken.fetch_sub(1, SeqCst);
    }
}

fn three_callers_and_one_place() {
    let seats = seats(1);
    let taken = [const { AtomicU32::new(0) }; 2];
    thread::scope(|scope| {
        for caller in 0..3_u32 {
            let (seats, taken) = (&seats, &taken);
            scope.spawn(move || {
                for key in [caller % 2, (caller + 1) % 2] {
                    sit(seats, &taken[key as usize], key);
                }
            });
        }
    });
    assert!(seats.len() <= 2 && seats.totals().keys == seats.len());
    assert_eq!(seats.aggregate().in_flight, 0);
}

#[test]
fn a_key_that_is_held_never_gets_a_second_policy() {
    check_random(three_callers_and_one_place, RUNS);
    check_pct(three_callers_and_one_place, RUNS, 3);
}

/// One caller's keys need more room, into which the other's key moves whenever no caller holds it.
fn a_caller_and_a_move() {
    let seats = seats(200);
    let taken = AtomicU32::new(0);
    drop(seats.get(&0_u32));
    thread::scope(|scope| {
        scope.spawn(|| (0..3).for_each(|_| sit(&seats, &taken, 0)));
        scope.spawn(|| (1..60_u32).for_each(|key| drop(seats.get(&key))));
        sit(&seats, &taken, 0);
    });
    assert_eq!(seats.len(), 60);
}

#[test]
fn a_key_that_moves_keeps_its_policy() {
    check_random(a_caller_and_a_move, RUNS / 10);
    check_pct(a_caller_and_a_move, RUNS / 10, 3);
}
