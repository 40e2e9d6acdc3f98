//! The algorithm against a bucket that is filled by hand; options.

use std::time::Duration;

use proptest::prelude::*;

use super::super::gcra::{Decision, Gcra};
use crate::rate_limit::{RateLimitConfig, RateLimiter};

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
