//! Who stays and who goes, and a comparison with the obvious least-recently-used list.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{CircuitBreaker, CircuitBreakerConfig, RateLimitConfig, RateLimiter};

fn hosts(max_keys: u32) -> Keyed<CircuitBreaker> {
    let config = CircuitBreakerConfig::new().consecutive_failures(1);
    Keyed::<CircuitBreaker>::new("hosts", config).max_keys(max_keys)
}

fn open(hosts: &Keyed<CircuitBreaker>, key: &str) {
    hosts.get(key).try_acquire().unwrap().failure();
}

fn is_kept<P: PerKey>(keyed: &Keyed<P>, key: &str) -> bool {
    let mut kept = false;
    keyed.map().for_each(|entry| kept |= entry::record_if(&**entry, key).is_some());
    kept
}

fn kept(hosts: &Keyed<CircuitBreaker>) -> Vec<&'static str> {
    ["a", "b", "c", "d", "e"].into_iter().filter(|key| is_kept(hosts, key)).collect()
}

#[test]
fn each_key_has_a_policy_of_its_own() {
    let hosts = hosts(10);
    open(&hosts, "a");
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

#[test]
fn a_limiter_in_use_is_not_forgotten_for_a_fresh_one() {
    let users = Keyed::<RateLimiter>::new("users", RateLimitConfig::new().rate("1/h")).max_keys(2);
    users.get("greedy").try_acquire().unwrap();
    (0..100_u32).for_each(|user| drop(users.get(&user)));
    assert!(users.get("greedy").try_acquire().is_err());
}

/// A key that asks for the whole map's figures whenever its own code runs outside a look-up's comparison.
#[derive(PartialEq, Eq)]
struct Nosy(u32);

static NOSY: Keyed<CircuitBreaker> =
    Keyed::<CircuitBreaker>::new("nosy", CircuitBreakerConfig::new()).max_keys(2);

impl Nosy {
    fn ask() {
        assert!(NOSY.totals().keys <= 2 && NOSY.sum().totals.requests == 0);
    }
}

impl std::hash::Hash for Nosy {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Self::ask();
        self.0.hash(state);
    }
}

impl Clone for Nosy {
    fn clone(&self) -> Self {
        Self::ask();
        Self(self.0)
    }
}

impl std::fmt::Debug for Nosy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        assert!(NOSY.len() <= 2);
        f.write_str("nosy")
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        Self::ask();
    }
}

#[test]
fn a_keys_own_code_may_ask_the_map() {
    (0..5).for_each(|key| drop(NOSY.get(&Nosy(key))));
    NOSY.get(&Nosy(4)).force_open();
    assert_eq!(NOSY.totals().top[0].key, "nosy");
    assert_eq!(NOSY.totals().evicted, 3);
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
fn memory_stays_flat_under_a_million_keys() {
    let hosts = hosts(10_000);
    let held = hosts.get("held");
    (0..1_000_000_u32).for_each(|host| drop(hosts.get(&host)));
    assert_eq!(hosts.len(), 10_000);
    assert!(is_kept(&hosts, "held"));
    drop(held);
}

proptest! {
    #[test]
    fn keeps_what_a_list_would_keep(max_keys in 1..8_u32, keys in prop::collection::vec(0..12_u8, 1..200)) {
        let keyed = hosts(max_keys);
        let mut list: Vec<u8> = Vec::new();
        for key in keys {
            keyed.get(&key);
            list.retain(|other| *other != key);
            list.push(key);
            if list.len() > max_keys as usize {
                list.remove(0);
            }
            let mut kept: Vec<u8> = (0..12).filter(|key| {
                let mut found = false;
                keyed.map().for_each(|entry| found |= entry::record_if(&**entry, key).is_some());
                found
            }).collect();
            kept.sort_unstable();
            let mut expected = list.clone();
            expected.sort_unstable();
            prop_assert_eq!(kept, expected);
        }
    }
}
