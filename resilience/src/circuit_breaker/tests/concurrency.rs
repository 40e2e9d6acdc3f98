//! Many threads, every interleaving that they happen to take.

use super::*;
use crate::circuit_state::Counts;

#[test]
fn nothing_is_lost_between_ten_threads() {
    let breaker =
        CircuitBreaker::new("parallel", CircuitBreakerConfig::new().consecutive_failures(1));
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| "SX".chars().cycle().take(10_000).for_each(|call| one(&breaker, call)));
        }
    });
    let Counts { requests, successes, ignored, .. } = breaker.counts();
    assert_eq!((requests, successes, ignored), (100_000, 50_000, 50_000));
    assert_eq!(breaker.totals().requests, 100_000);
}
