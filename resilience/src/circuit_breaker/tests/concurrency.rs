//! Many threads, every interleaving that they happen to take.

use super::*;
use crate::circuit_state::Counts;

/// Of each thread and kind: an interpreter takes its time.
const CALLS: u32 = if cfg!(miri) { 20 } else { 5_000 };

#[test]
fn nothing_is_lost_between_ten_threads() {
    let breaker =
        CircuitBreaker::new("parallel", CircuitBreakerConfig::new().consecutive_failures(1));
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                (0..CALLS).for_each(|_| "SX".chars().for_each(|call| one(&breaker, call)));
            });
        }
    });
    let each = u64::from(10 * CALLS);
    let Counts { requests, successes, ignored, .. } = breaker.counts();
    assert_eq!((requests, successes, ignored), (2 * each, each, each));
    assert_eq!(breaker.totals().requests, 2 * each);
}
