//! What the options accept, and what they say to nonsense.

use std::time::Duration;

use super::{ms, secs};
use crate::retry::{Backoff, Jitter, Retry, RetryConfig};
use crate::stack::RetryEvent;

fn complaint(build: fn() -> RetryConfig) -> String {
    let panic = std::panic::catch_unwind(|| drop(Retry::new("nonsense", build()))).unwrap_err();
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap()
}

#[test]
fn nonsense_does_not_build() {
    let max_delay = complaint(|| RetryConfig::new().delay(secs(2)).max_delay(secs(1)));
    assert_eq!(max_delay, "`max_delay` is shorter than `delay`: raise it");
    let burst = complaint(|| RetryConfig::new().budget_burst(5));
    assert!(burst.contains("needs `budget`"), "{burst}");
    for build in [
        || RetryConfig::new().attempts(0),
        || RetryConfig::new().factor(0.9),
        || RetryConfig::new().factor(f64::INFINITY),
        || RetryConfig::new().max_elapsed(Duration::ZERO),
        || RetryConfig::new().budget(0.0),
        || RetryConfig::new().budget(f64::NAN),
        || RetryConfig::new().budget(0.1).budget_burst(0),
    ] as [fn() -> RetryConfig; 7]
    {
        assert!(complaint(build).contains("at least") || complaint(build).contains("must be"));
    }
}

#[test]
fn without_a_delay_a_wait_that_is_asked_for_may_be_as_long_as_the_longest_delay() {
    let retry = Retry::new("eager", RetryConfig::new().delay(Duration::ZERO).max_delay(secs(5)));
    assert_eq!(retry.wait_for(secs(5)), secs(5));
    assert_eq!(retry.wait_for(secs(5) + Duration::from_nanos(1)), Duration::MAX);
}

#[test]
fn a_delay_beyond_the_default_limit_moves_the_limit() {
    assert_eq!(RetryConfig::new().longest_delay(), secs(10));
    assert_eq!(RetryConfig::new().delay(secs(60)).longest_delay(), secs(60));
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let documented = RetryConfig::new()
        .attempts(3)
        .delay(ms(100))
        .backoff(Backoff::Exponential)
        .factor(2.0)
        .jitter(Jitter::Full)
        .max_retry_after(secs(60));
    assert_eq!(RetryConfig::new(), documented);
    assert_eq!((documented.longest_delay(), documented.burst()), (secs(10), 10));
}

#[test]
fn hooks_take_no_part_in_equality() {
    fn hook(_: &RetryEvent) {}
    assert_eq!(RetryConfig::new().on_retry(hook), RetryConfig::new());
    assert_ne!(RetryConfig::new().attempts(4), RetryConfig::new());
}

#[test]
fn every_option_can_be_written_in_a_const() {
    const ALL: RetryConfig = RetryConfig::new()
        .attempts(5)
        .delay(ms(50))
        .backoff(Backoff::Exponential)
        .factor(1.5)
        .max_delay(secs(2))
        .jitter(Jitter::Decorrelated)
        .max_retry_after(secs(300))
        .max_elapsed(secs(20))
        .budget(0.2)
        .budget_burst(20);
    static RETRY: Retry = Retry::new("const", ALL);
    assert_eq!(RETRY.config(), &ALL);
    assert_eq!(RETRY.name(), "const");
}

#[cfg(feature = "serde")]
#[test]
fn what_is_deserialised_meets_the_same_checks() {
    use serde::Deserialize;
    use serde::de::value::{Error, MapDeserializer};

    fn read<'de, V>(option: &'static str, value: V) -> Result<RetryConfig, String>
    where
        V: serde::de::IntoDeserializer<'de, Error>,
    {
        let options = MapDeserializer::new(std::iter::once((option, value)));
        <RetryConfig as Deserialize>::deserialize(options).map_err(|problem| problem.to_string())
    }
    assert_eq!(read("delay", "250ms"), Ok(RetryConfig::new().delay(ms(250))));
    assert_eq!(read("jitter", "decorrelated"), Ok(RetryConfig::new().jitter(Jitter::Decorrelated)));
    assert!(read("attempts", 0_u32).unwrap_err().contains("at least 1"));
    assert!(read("budget_burst", 5_u32).is_err());
    assert!(read("atempts", 3_u32).unwrap_err().contains("unknown field"));
}

#[cfg(feature = "overrides")]
#[test]
fn options_contradict_each_other_only_beyond_the_bound() {
    let contradicts =
        |longest| RetryConfig::new().delay(secs(5)).max_delay(secs(longest)).conflict().is_some();
    assert_eq!([4, 5, 6].map(contradicts), [true, false, false]);
}
