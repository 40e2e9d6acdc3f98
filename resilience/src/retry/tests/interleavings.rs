//! The budget in every interleaving that shuttle finds: no token is lost, doubled or made up.
//!
//! `scripts/explore-interleavings`; `scripts/check-miri` runs them with the orderings of real memory.

use std::sync::Arc;

use super::super::budget::whole;
use crate::retry::{Retry, RetryConfig};
use crate::sync::explore::{check_random, thread};
use crate::sync::{AtomicU32, Ordering::SeqCst};

const RUNS: usize = 5_000;
const QUARTER: u64 = whole(1) / 4;

fn quarters(burst: u32) -> RetryConfig {
    RetryConfig::new().budget(0.25).budget_burst(burst)
}

/// Four calls each, of which each third is tried again if there is a token for it.
fn calls(retry: &Arc<Retry>, spent: &Arc<AtomicU32>) -> thread::JoinHandle<()> {
    let (retry, spent) = (Arc::clone(retry), Arc::clone(spent));
    thread::spawn(move || {
        for call in 0..4 {
            retry.tokens.earn(retry.config());
            if call % 3 == 0 && retry.tokens.spend(retry.config()) {
                spent.fetch_add(1, SeqCst);
            }
        }
    })
}

#[test]
fn interleavings_of_calls_spend_what_was_earned() {
    check_random(
        || {
            // Room enough that no deposit is cut off: what is there at the end is what came, less what went.
            let retry = Arc::new(Retry::new("explored", quarters(10)));
            retry.tokens.0.store(0, SeqCst);
            let spent = Arc::new(AtomicU32::new(0));
            let callers = [(); 3].map(|()| calls(&retry, &spent));
            callers.into_iter().for_each(|caller| caller.join().unwrap());
            let left = retry.tokens.0.load(SeqCst);
            assert_eq!(left + whole(spent.load(SeqCst)), 12 * QUARTER);
        },
        RUNS,
    );
}

#[test]
fn interleavings_with_a_smaller_burst_leave_no_more_than_it_holds() {
    check_random(
        || {
            let retry = Arc::new(Retry::new("explored", quarters(10)));
            let spent = Arc::new(AtomicU32::new(0));
            let callers = [(); 2].map(|()| calls(&retry, &spent));
            retry.reconfigure(quarters(1)).unwrap();
            callers.into_iter().for_each(|caller| caller.join().unwrap());
            // A deposit that was under way may still know the former burst; the next one sees it.
            assert!(spent.load(SeqCst) <= 4);
            retry.tokens.earn(retry.config());
            retry.tokens.spend(retry.config());
            retry.reconfigure(quarters(1)).unwrap();
            assert!(retry.tokens.0.load(SeqCst) <= whole(1));
        },
        RUNS,
    );
}
