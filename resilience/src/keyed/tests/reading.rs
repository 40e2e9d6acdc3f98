//! Maps that are read in pieces while keys come and go.

use super::*;
use crate::bulkhead::{Bulkhead, BulkheadConfig};

fn seats(max_keys: u32) -> Keyed<Bulkhead> {
    Keyed::<Bulkhead>::new("seats", BulkheadConfig::new().max_concurrent(1)).max_keys(max_keys)
}

/// Asks for the key's only seat twice: one rejection.
fn rejected_once(seats: &Keyed<Bulkhead>, key: u32) {
    let seat = seats.get(&key);
    let first = seat.try_acquire();
    assert!(first.is_ok() && seat.try_acquire().is_err());
}

#[test]
fn a_sum_counts_each_key_once_while_keys_are_evicted_between_its_steps() {
    let seats = seats(2_000);
    (0..2_000).for_each(|key| rejected_once(&seats, key));
    let mut scan = seats.scan_aggregate();
    for new in 2_000..6_000 {
        rejected_once(&seats, new);
        if new % 100 == 0 {
            scan.step();
        }
    }
    while scan.step() {}
    let counted = scan.finish().rejected;
    assert!((2_000..=6_000).contains(&counted), "{counted}");
    assert_eq!(seats.aggregate().rejected, 6_000);
}

#[test]
fn a_sum_without_new_keys_is_exact_whatever_is_evicted() {
    let seats = seats(1_000);
    (0..1_000).for_each(|key| rejected_once(&seats, key));
    for steps in 0..12 {
        let mut scan = seats.scan_aggregate();
        for _ in 0..steps {
            scan.step();
        }
        // New keys that count nothing evict others, read ones and unread ones.
        (0..100).for_each(|new: u32| drop(seats.get(&(10_000 + 100 * steps + new))));
        while scan.step() {}
        assert_eq!(scan.finish().rejected, 1_000, "after {steps} steps");
    }
}

#[test]
fn a_scan_that_is_dropped_is_forgotten() {
    let seats = seats(10);
    rejected_once(&seats, 1);
    let mut scan = seats.scan_aggregate();
    scan.step();
    drop(scan);
    assert_eq!(seats.map().readers(), 0);
}

#[test]
fn a_step_reads_a_bounded_number_of_keys() {
    let seats = seats(10_000);
    (0..10_000_u32).for_each(|key| drop(seats.get(&key)));
    let (mut pages, mut all) = (seats.pages(), 0);
    loop {
        let mut page = 0;
        let more = pages.next(|_, _| page += 1);
        assert!(page <= 256, "{page} keys");
        all += page;
        if !more {
            break;
        }
    }
    assert_eq!(all, 10_000);
    let mut scan = seats.scan_aggregate();
    let mut steps = 1;
    while scan.step() {
        steps += 1;
    }
    assert!(steps >= 10_000 / 256, "{steps} steps");
}

#[test]
fn keys_of_all_types_are_shown() {
    let seats = seats(10);
    drop(seats.get("text"));
    drop(seats.get(&7_u8));
    assert!(seats.with_key("text", |_| {}) && seats.with_key("7", |_| {}));
    assert!(!seats.with_key("8", |_| {}));
    assert_eq!(seats.len(), 2, "none is made by a look");
}

#[test]
fn a_map_that_was_never_asked_has_nothing_to_show() {
    let seats = seats(10);
    assert!(!seats.pages().next(|_, _| panic!("there is no key")));
    assert_eq!((seats.totals().keys, seats.aggregate().rejected), (0, 0));
}

#[test]
fn a_sum_counts_each_key_once_while_keys_move_between_its_steps() {
    for steps in 0..8 {
        let seats = seats(20_000);
        (0..1_249).for_each(|key| rejected_once(&seats, key));
        let mut scan = seats.scan_aggregate();
        for _ in 0..steps {
            scan.step();
        }
        // The map grows; new keys count nothing.
        (2_000..2_500_u32).for_each(|key| drop(seats.get(&key)));
        while scan.step() {}
        assert_eq!(scan.finish().rejected, 1_249, "after {steps} steps");
    }
}

#[test]
fn the_ten_worst_keys_are_told_the_worst_first() {
    let seats = seats(100);
    for key in 1..=12 {
        (0..(key * 7) % 13).for_each(|_| rejected_once(&seats, key));
    }
    let rejected: Vec<_> = seats.totals().top.iter().map(|key| key.status.clone()).collect();
    let expected = (3..=12).rev().map(|times| format!("0 in flight, 0 queued, {times} rejected"));
    assert_eq!(rejected, expected.collect::<Vec<_>>());
}
