//! The algorithm against a bucket that is filled by hand; options.

use std::time::Duration;

use proptest::prelude::*;

use super::super::bucket::{self, QUEUED};
use super::super::gcra::{Decision, Gcra};
use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::sync::AtomicU64;

/// The same limit the obvious way: a bucket of intervals that refills with time.
struct Bucket {
    capacity: u64,
    level: u64,
    seen: u64,
}

impl Bucket {
    fn try_take(&mut self, now: u64, weight: u64) -> Result<(), u64> {
        self.level = (self.level + (now - self.seen)).min(self.capacity);
        self.seen = now;
        match self.level.checked_sub(weight) {
            Some(rest) => {
                self.level = rest;
                Ok(())
            }
            None => Err(weight - self.level),
        }
    }
}

proptest! {
    #[test]
    fn decides_like_a_bucket(
        interval in 1..1_000_u64,
        burst in 1..50_u32,
        calls in prop::collection::vec((0..5_000_u64, 0..50_u64), 1..300),
    ) {
        let gcra = Gcra::new(interval, burst);
        let capacity = interval * u64::from(burst);
        let mut bucket = Bucket { capacity, level: capacity, seen: 0 };
        let (mut arrival, mut now) = (0, 0);
        for (pause, cost) in calls {
            now += pause;
            let weight = gcra.weight(cost.min(u64::from(burst)));
            let decided = match gcra.decide(arrival, now, weight) {
                Decision::Pass(next) => { arrival = next; Ok(()) }
                Decision::Wait(early) => Err(early.nanos()),
            };
            prop_assert_eq!(decided, bucket.try_take(now, weight));
            prop_assert_eq!(gcra.available(arrival, now), bucket.level / interval);
        }
    }
}

fn builds(config: fn() -> RateLimitConfig) -> bool {
    std::panic::catch_unwind(|| drop(RateLimiter::new("nonsense", config()))).is_ok()
}

#[test]
fn nonsense_does_not_build() {
    assert!(!builds(RateLimitConfig::new));
    assert!(!builds(|| RateLimitConfig::per_second(0)));
    assert!(!builds(|| RateLimitConfig::per_second(1).burst(0)));
    assert!(!builds(|| RateLimitConfig::per_second(1).max_wait(Duration::ZERO)));
}

#[test]
fn a_checked_rate_is_the_text_as_it_is() {
    assert_eq!(crate::rate_limit::checked_rate("5/s"), "5/s");
}

#[test]
fn what_the_clock_cannot_hold_does_not_build() {
    // 18 years are 157,788 hours, a quarter of a day aside.
    assert!(builds(|| RateLimitConfig::new().rate("100/157788h")));
    assert!(!builds(|| RateLimitConfig::new().rate("100/876000h")));
    assert!(builds(|| RateLimitConfig::new().rate("100/876000h").burst(10)));
    assert!(!builds(|| RateLimitConfig::new().rate("1/876000h").burst(1)));
    assert!(!builds(|| RateLimitConfig::per_hour(1).burst(u32::MAX)));
}

#[test]
fn the_defaults_are_those_of_the_table() {
    let config = RateLimitConfig::per_second(100);
    assert_eq!(config.limits().1, 100, "`burst` is the rate's count");
    assert_eq!(config.max_wait, None);
}

#[test]
fn a_limiter_of_a_key_is_three_words() {
    assert_eq!(size_of::<RateLimiter<std::sync::Arc<super::super::Limit>>>(), 24);
}

/// Ten at once, one every 100 ns.
const TEN: Gcra = Gcra::new(100, 10);

#[test]
fn used_turns_stay_used_under_another_rate() {
    let now = 5_000;
    assert_eq!(TEN.translate(now + 300, now, Gcra::new(50, 10)), now + 150, "three turns");
    assert_eq!(TEN.translate(now + 300, now, Gcra::new(170, 10)), now + 510);
    assert_eq!(TEN.translate(now + 900, now, Gcra::new(50, 4)), now + 200, "no more than a burst");
    assert_eq!(TEN.translate(now - 300, now, Gcra::new(50, 10)), now, "nothing is used");
}

#[test]
fn no_arrival_lies_further_ahead_than_a_burst() {
    assert_eq!(TEN.clamp(6_000, 5_000), None);
    assert_eq!(TEN.clamp(6_001, 5_000), Some(6_000));
    assert_eq!(TEN.clamp(4_000, 5_000), None);
}

#[test]
fn a_replica_has_its_part_of_the_rate_and_one_call_at_least() {
    assert_eq!(TEN.share(2, 1_000), Gcra::new(200, 5));
    assert_eq!(TEN.share(4, 1_000), Gcra::new(400, 2));
    assert_eq!(TEN.share(100, 1_000), Gcra::new(1_000, 1), "one call per period");
    assert_eq!(TEN.share(100, 50), Gcra::new(100, 1), "never more than the whole");
}

#[test]
fn turns_that_others_allowed_use_up_what_is_there() {
    assert_eq!(TEN.charge(4_000, 5_000, 300), 5_300);
    assert_eq!(TEN.charge(5_200, 5_000, 300), 5_500);
    assert_eq!(TEN.charge(5_900, 5_000, 300), 6_000);
}

#[test]
fn only_a_wait_that_one_call_cannot_have_is_doubtful() {
    let early = |nanos| crate::rate_limit::gcra::Early::new(nanos).unwrap();
    assert_eq!([199, 200, 201].map(|nanos| TEN.is_doubtful(early(nanos), 2)), [false, true, true]);
    let Decision::Wait(least) = TEN.closed().decide(0, 5_000, 200) else { panic!("it is closed") };
    assert!(TEN.closed().is_doubtful(least, 2));
}

/// What a call of two turns is told at 5,000 ns, and what it leaves in the word.
fn entered(arrival: u64, patience: u64, is_alone: bool) -> (Result<(), u64>, u64, bool) {
    let word = AtomicU64::new(arrival);
    let bucket = bucket::Bucket { word: &word, gcra: TEN };
    let told = bucket.enter(5_000, TEN.weight(2), patience, is_alone);
    let bits = word.into_inner();
    (told, bits & !QUEUED, bits & QUEUED != 0)
}

#[test]
fn a_call_takes_its_turns_or_closes_the_bucket_to_others_or_leaves_it_alone() {
    assert_eq!(entered(4_000, 0, true), (Ok(()), 5_200, false));
    assert_eq!(entered(5_800, 0, true), (Ok(()), 6_000, false), "the last two of ten");
    assert_eq!(entered(5_900, 100, true), (Err(100), 5_900, true));
    assert_eq!(entered(5_900, 99, true), (Err(100), 5_900, false), "too long for it");
    assert_eq!(entered(4_000, 0, false), (Err(0), 4_000, true), "behind those who wait");
}
