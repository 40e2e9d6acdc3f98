//! A reader and the evictor over one entry, in every interleaving that shuttle finds.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p resilience --release interleavings`

use std::sync::Arc;

use shuttle::{check_pct, check_random, thread};

use super::super::entry::Entry;
use crate::{Bulkhead, BulkheadConfig};

const RUNS: usize = 5_000;

/// The table's hold and the evictor's; a reader takes its own from the table's.
fn a_reader_and_the_evictor() {
    let policy = Bulkhead::new("one", BulkheadConfig::new());
    let table = Entry::<Bulkhead>::new(0, policy);
    let evictors = Arc::clone(&table);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let held = Entry::hold(&table);
            held.record.touch(1).then_some(held)
        });
        let leaves = Entry::retire(&evictors);
        let used = reader.join().unwrap();
        assert!(!(leaves && used.is_some()), "evicted while somebody uses it");
    });
}

#[test]
fn an_entry_that_is_used_never_leaves() {
    check_random(a_reader_and_the_evictor, RUNS);
    check_pct(a_reader_and_the_evictor, RUNS, 3);
}
