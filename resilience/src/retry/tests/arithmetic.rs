//! Delays, as figures and as laws.

use std::time::Duration;

use proptest::prelude::*;

use super::super::jitter::decorrelated;
use super::{ms, secs};
use crate::retry::{Backoff, Jitter};

const UNLIMITED: Duration = Duration::MAX;

fn delays(backoff: Backoff, base: Duration, factor: f64, count: u32) -> Vec<Duration> {
    (0..count).map(|step| backoff.delay(base, factor, step, UNLIMITED)).collect()
}

#[test]
fn delays_grow_as_their_names_say() {
    let one = secs(1);
    assert_eq!(delays(Backoff::Fixed, one, 2.0, 3), [one, one, one]);
    assert_eq!(delays(Backoff::Linear, one, 2.0, 3), [1, 2, 3].map(secs));
    assert_eq!(delays(Backoff::Exponential, one, 2.0, 3), [1, 2, 4].map(secs));
    assert_eq!(delays(Backoff::Fibonacci, one, 2.0, 6), [1, 2, 3, 5, 8, 13].map(secs));
}

#[test]
fn a_broken_factor_gives_broken_milliseconds() {
    let expected = [500_000, 750_000, 1_125_000, 1_687_500, 2_531_250].map(Duration::from_micros);
    assert_eq!(delays(Backoff::Exponential, ms(500), 1.5, 5), expected);
}

#[test]
fn a_delay_of_zero_stays_zero() {
    for backoff in ALL {
        for step in [0, 1, 1_000, u32::MAX] {
            assert_eq!(backoff.delay(Duration::ZERO, 3.0, step, secs(10)), Duration::ZERO);
            assert_eq!(decorrelated(Duration::ZERO, step, 0.5, 0.5, secs(10)), Duration::ZERO);
        }
    }
}

#[test]
fn the_thousandth_attempt_saturates_at_the_longest_delay() {
    let (day, longest) = (secs(86_400), secs(86_400 * 30));
    for backoff in [Backoff::Exponential, Backoff::Linear, Backoff::Fibonacci] {
        assert_eq!(backoff.delay(day, 2.0, 1_000, longest), longest);
    }
    assert_eq!(decorrelated(day, 1_000, 0.5, 0.5, longest), longest);
    assert_eq!(decorrelated(day, u32::MAX, 0.5, 0.5, longest), longest);
}

#[test]
fn decorrelated_jitter_follows_its_formula() {
    let middle = [0.897_405, 1.093_004, 2.035_748, 4.045_979, 8.083_632, 16.163_663];
    let lowest = [0.0, 1.377_182, 1.460_067, 2.865_850, 5.717_807, 11.430_272];
    for (r, expected) in [(0.5, middle), (0.0, lowest)] {
        for (step, expected) in (0..).zip(expected) {
            let delay = decorrelated(secs(1), step, r, r, UNLIMITED).as_secs_f64();
            assert!((delay - expected).abs() < 0.000_001, "step {step}: {delay}, not {expected}");
        }
    }
}

const ALL: [Backoff; 4] =
    [Backoff::Exponential, Backoff::Linear, Backoff::Fixed, Backoff::Fibonacci];

/// Delays as a table of definitions, in exact integers.
fn reference(backoff: Backoff, base: u128, factor: u128, step: u32, max: u128) -> u128 {
    let times = match backoff {
        Backoff::Exponential => (0..step).fold(1, |n: u128, _| n.saturating_mul(factor)),
        Backoff::Linear => u128::from(step) + 1,
        Backoff::Fixed => 1,
        Backoff::Fibonacci => {
            (0..step).fold((1_u128, 2_u128), |(a, b), _| (b, a.saturating_add(b))).0
        }
    };
    base.saturating_mul(times).min(max)
}

proptest! {
    /// Integer factors: `f64` is exact up to 2^53 ns, and close beyond.
    #[test]
    fn delays_agree_with_integer_arithmetic(
        backoff in prop::sample::select(ALL.to_vec()),
        base in 0_u64..100_000_000,
        factor in 1_u32..10,
        step in 0_u32..300,
        max in 0_u64..100_000_000,
    ) {
        let (base, max) = (ms(base), ms(max));
        let delay = backoff.delay(base, f64::from(factor), step, max);
        let expected = reference(backoff, base.as_nanos(), factor.into(), step, max.as_nanos());
        let tolerance = if expected < 1 << 53 { 0 } else { expected >> 52 };
        prop_assert!(delay.as_nanos().abs_diff(expected) <= tolerance, "{delay:?}, not {expected} ns");
    }

    #[test]
    fn no_delay_ever_exceeds_the_longest(
        backoff in prop::sample::select(ALL.to_vec()),
        base: Duration,
        factor in 1.0..1e300_f64,
        step: u32,
        max: Duration,
    ) {
        prop_assert!(backoff.delay(base, factor, step, max) <= max);
    }

    #[test]
    fn jitter_stays_within_its_bounds(nanos: u64, r in 0.0..1.0_f64) {
        let delay = Duration::from_nanos(nanos);
        prop_assert!(Jitter::Full.spread(delay, r) <= delay);
        let equal = Jitter::Equal.spread(delay, r);
        prop_assert!(equal <= delay && equal * 2 >= delay, "{equal:?} of {delay:?}");
        prop_assert_eq!(Jitter::None.spread(delay, r), delay);
    }

    #[test]
    fn decorrelated_jitter_stays_below_the_longest(
        base: Duration,
        step: u32,
        r in 0.0..1.0_f64,
        previous in 0.0..1.0_f64,
        max: Duration,
    ) {
        prop_assert!(decorrelated(base, step, r, previous, max) <= max);
    }
}

#[test]
fn chance_adds_to_a_delay_that_the_failure_asks_for() {
    let above = |jitter: Jitter| [0.0, 0.5, 1.0].map(|r| jitter.above(secs(8), r).as_secs());
    assert_eq!(above(Jitter::Full), [0, 4, 8]);
    assert_eq!(above(Jitter::Equal), [0, 2, 4]);
    assert_eq!(above(Jitter::Decorrelated), [8, 8, 8]);
    assert_eq!(above(Jitter::None), [0, 0, 0]);
}
