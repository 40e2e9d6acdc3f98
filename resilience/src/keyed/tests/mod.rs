//! Who stays and who goes.

mod growth;
mod instance;
#[cfg(any(shuttle, miri))]
mod interleavings;
mod model;
mod nosy_keys;
mod places;
mod reading;
mod threads;
mod work;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::rate_limit::{RateLimitConfig, RateLimiter};

fn hosts(max_keys: u32) -> Keyed<CircuitBreaker> {
    let config = CircuitBreakerConfig::new().consecutive_failures(1);
    Keyed::<CircuitBreaker>::new("hosts", config).max_keys(max_keys)
}

fn open(hosts: &Keyed<CircuitBreaker>, key: &str) {
    hosts.get(key).try_acquire().unwrap().failure();
}

fn is_kept<P: PerKey>(keyed: &Keyed<P>, key: &str) -> bool {
    let mut kept = false;
    let mut pages = keyed.pages();
    while pages.next(|other, _| kept |= other == key) {}
    kept
}

fn kept(hosts: &Keyed<CircuitBreaker>) -> Vec<&'static str> {
    ["a", "b", "c", "d", "e"].into_iter().filter(|key| is_kept(hosts, key)).collect()
}

#[test]
fn each_key_has_a_policy_of_its_own() {
    let hosts = hosts(10);
    assert!(hosts.is_empty());
    open(&hosts, "a");
    assert!(!hosts.is_empty());
    assert!(hosts.get("a").try_acquire().is_err());
    assert!(hosts.get("b").try_acquire().is_ok());
    assert_eq!(hosts.get("a").name(), "hosts");
}

/// As generated code asks, by method call.
#[allow(clippy::ptr_arg, reason = "a reference to an owned key is what is tried")]
fn by_method(keyed: &Keyed<CircuitBreaker>, text: &str, owned: &String) {
    keyed.get(text.resilience_key());
    keyed.get(owned.resilience_key());
    keyed.get(7_u64.resilience_key());
}

#[test]
fn keys_of_many_types_are_found_by_reference() {
    let keyed = hosts(10);
    keyed.get("tenant");
    keyed.get(&String::from("tenant"));
    assert_eq!(keyed.len(), 1, "text is text");
    keyed.get(&7_u64);
    keyed.get(&Arc::<str>::from("tenant"));
    keyed.get(&(7_u8, String::from("pair")));
    assert_eq!(keyed.len(), 4);
    by_method(&keyed, "tenant", &"tenant".to_owned());
    assert_eq!(keyed.len(), 4);
}

#[test]
fn the_least_recently_used_goes_first() {
    let hosts = hosts(3);
    for key in ["a", "b", "c", "a", "d"] {
        hosts.get(key);
    }
    assert_eq!(kept(&hosts), ["a", "c", "d"]);
}

#[test]
fn an_open_one_goes_only_when_no_closed_one_is_left() {
    let hosts = hosts(3);
    open(&hosts, "a");
    hosts.get("b");
    hosts.get("c");
    hosts.get("d");
    assert_eq!(kept(&hosts), ["a", "c", "d"]);
    open(&hosts, "c");
    open(&hosts, "d");
    hosts.get("e");
    assert_eq!(kept(&hosts), ["c", "d", "e"], "all were open: the least recently used of them");
}

#[test]
fn one_that_closed_again_is_a_candidate_like_any_other() {
    let hosts = hosts(3);
    open(&hosts, "a");
    for key in ["b", "c", "d"] {
        hosts.get(key);
    }
    hosts.get("a").reset();
    hosts.get("c");
    hosts.get("d");
    hosts.get("e");
    assert_eq!(kept(&hosts), ["c", "d", "e"]);
}

#[test]
fn one_with_a_call_in_flight_never_goes() {
    let hosts = hosts(1);
    let (a, b) = (hosts.get("a"), hosts.get("b"));
    let permits = (a.try_acquire(), b.try_acquire());
    hosts.get("c");
    assert_eq!(kept(&hosts), ["a", "b", "c"], "more than max_keys, for the moment");
    drop(permits);
    drop((a, b));
    for key in ["d", "e"] {
        hosts.get(key);
    }
    assert!(hosts.len() <= 3);
}

/// Each new key evicts some of those that are too many.
#[test]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
fn a_herd_of_calls_in_flight_lets_the_map_grow_and_shrink_again() {
    let hosts = hosts(10);
    let held: Vec<_> = (0..600_u32).map(|host| hosts.get(&host)).collect();
    assert_eq!(hosts.len(), 600);
    drop(held);
    for host in 1_000..1_050_u32 {
        hosts.get(&host);
    }
    assert_eq!(hosts.len(), 10);
}

#[test]
fn keys_of_one_type_go_for_those_of_another() {
    let hosts = hosts(2);
    for key in ["a", "b"] {
        hosts.get(key);
    }
    hosts.get(&1_u32);
    assert_eq!(kept(&hosts), ["b"]);
    hosts.get("c");
    hosts.get("d");
    assert!(!is_kept(&hosts, "1"));
    assert_eq!((hosts.len(), hosts.totals().evicted), (2, 3));
}

#[test]
fn a_limiter_in_use_is_not_forgotten_for_a_fresh_one() {
    let users = Keyed::<RateLimiter>::new("users", RateLimitConfig::new().rate("1/h")).max_keys(2);
    users.get("greedy").try_acquire().unwrap();
    (0..100_u32).for_each(|user| drop(users.get(&user)));
    assert!(users.get("greedy").try_acquire().is_err());
}

#[cfg(feature = "test-util")]
#[tokio::test(start_paused = true)]
async fn a_limiter_that_has_rested_is_a_candidate_like_any_other() {
    let users = Keyed::<RateLimiter>::new("users", RateLimitConfig::new().rate("1/s")).max_keys(2);
    for user in ["a", "b", "c"] {
        users.get(user).try_acquire().unwrap();
    }
    assert!(!is_kept(&users, "a") && is_kept(&users, "b"), "all in use: the least recent goes");
    tokio::time::advance(Duration::from_secs(2)).await;
    users.get("c");
    users.get("d");
    assert!(!is_kept(&users, "b"), "it came to rest before `c` was asked for again");
}

#[test]
fn the_worst_keys_are_named() {
    let hosts = hosts(100);
    (0..50_u32).for_each(|host| drop(hosts.get(&host)));
    open(&hosts, "bad");
    let totals = hosts.totals();
    assert_eq!((totals.keys, totals.troubled, totals.top.len()), (51, 1, 1));
    assert_eq!(
        (totals.top[0].key.as_str(), totals.top[0].status.as_str()),
        ("bad", "open, 0 failures in the window")
    );
}

#[test]
#[ignore = "takes 20 seconds: `cargo x test` runs it"]
fn a_million_keys_leave_those_that_matter() {
    let hosts = hosts(10_000);
    let held = hosts.get("held");
    open(&hosts, "open");
    (0..1_000_000_u32).for_each(|host| drop(hosts.get(&host)));
    assert_eq!(hosts.len(), 10_000);
    assert!(is_kept(&hosts, "held") && is_kept(&hosts, "open"));
    drop(held);
}
