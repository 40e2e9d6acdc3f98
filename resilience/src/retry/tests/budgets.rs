//! The budget: its arithmetic against a model in exact fractions, its use by calls.

use std::time::Duration;

use proptest::prelude::*;

use super::super::budget::{deposited, earned, whole, withdrawn};
use super::{Fault, steady};
use crate::retry::Retry;

proptest! {
    /// A token bucket of integers in per mille; 1,000 is one token.
    #[test]
    fn agrees_with_a_purse_of_integers(
        per_mille in 1_u32..=1_000,
        burst in 1_u32..20,
        calls in prop::collection::vec(any::<bool>(), 0..500),
    ) {
        let most = burst * 1_000;
        let (mut bucket, mut tokens) = (most, whole(burst));
        let share = earned(f64::from(per_mille) / 1_000.0);
        for is_deposit in calls {
            if is_deposit {
                bucket = most.min(bucket + per_mille);
                tokens = deposited(tokens, share, whole(burst)).unwrap_or(tokens);
            } else {
                let paid = withdrawn(tokens);
                prop_assert_eq!(paid.is_some(), bucket >= 1_000);
                bucket -= if paid.is_some() { 1_000 } else { 0 };
                tokens = paid.unwrap_or(tokens);
            }
            prop_assert_eq!(tokens, u64::from(bucket) * 1_000_000);
        }
    }
}

#[test]
fn a_full_purse_is_left_alone() {
    assert_eq!(deposited(whole(10), earned(0.5), whole(10)), None);
}

#[test]
fn the_smallest_ratio_still_earns_something() {
    assert_eq!(earned(f64::MIN_POSITIVE), 1);
}

fn fail(retry: &Retry) -> u32 {
    let mut tries = 0;
    let result: Result<(), Fault> = retry.call_blocking(|| {
        tries += 1;
        Err(Fault::Body(tries))
    });
    assert_eq!(result, Err(Fault::Body(tries)));
    tries
}

#[test]
fn when_the_budget_is_used_up_the_last_result_is_returned() {
    let config = steady(Duration::ZERO).attempts(4).budget(0.5).budget_burst(5);
    let retry = Retry::new("poor", config);
    // 5 tokens; each call earns ½ (the first finds the bucket full) and wants 3: 5, 2½, 1, ½, 1.
    let tries: Vec<u32> = (0..5).map(|_| fail(&retry)).collect();
    assert_eq!(tries, [4, 3, 2, 1, 2]);
    assert_eq!(retry.totals().retries, 3 + 2 + 1 + 1);
    assert_eq!(retry.totals().exhausted, 5);
}

#[test]
fn the_last_attempt_takes_no_token() {
    let retry =
        Retry::new("frugal", steady(Duration::ZERO).attempts(2).budget(0.001).budget_burst(2));
    assert_eq!(fail(&retry), 2);
    assert_eq!(fail(&retry), 2, "the first call paid for one retry, not for two attempts");
    assert_eq!(fail(&retry), 1);
}
