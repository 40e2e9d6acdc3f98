//! How much work a new key is, counted in places that the evictor looks at: bounded, whatever the map's size and state.

use std::ops::Range;

use super::*;
use crate::circuit_state::CircuitState;

/// More than any new key in a large map may cost.
const MOST: u64 = 128;
const NEW: u32 = 300;

/// Limits that one call uses up for good, as nearly as the tests' time goes.
fn users(keys: u32) -> Keyed<RateLimiter> {
    Keyed::<RateLimiter>::new("users", RateLimitConfig::new().rate("1/h")).max_keys(keys)
}

fn ask(users: &Keyed<RateLimiter>, key: u32, use_up: bool) {
    let limiter = users.get(&key);
    if use_up {
        let _ = limiter.try_acquire();
    }
}

fn full(keys: u32, use_up: bool) -> Keyed<RateLimiter> {
    let users = users(keys);
    (0..keys).for_each(|key| ask(&users, key, use_up));
    users
}

/// The most steps that one of some new keys cost, and their average.
fn steps(users: &Keyed<RateLimiter>, use_up: bool) -> (u64, u64) {
    let (steps, keys) = (|| users.map().steps(), users.len());
    let (first, mut most) = (steps(), 0);
    for new in 0..NEW {
        let before = steps();
        ask(users, 1_000_000 + new, use_up);
        most = most.max(steps() - before);
    }
    assert_eq!(users.len(), keys, "one is evicted for each");
    (most, (steps() - first) / u64::from(NEW))
}

#[test]
fn a_new_key_is_bounded_work_when_all_are_idle() {
    for keys in [1_000, 10_000, 30_000] {
        let (most, average) = steps(&full(keys, false), false);
        assert!(most <= 8 && average <= 4, "{keys} keys: {most}, {average} on average");
    }
}

#[test]
fn a_new_key_is_bounded_work_when_all_are_used_up() {
    for keys in [1_000, 10_000, 30_000] {
        let (most, average) = steps(&full(keys, true), true);
        assert!(most <= MOST && average <= 12, "{keys} keys: {most}, {average} on average");
    }
}

/// The first eviction after a quiet time finds nothing as it was.
#[test]
fn a_new_key_is_bounded_work_when_all_were_asked_for_since() {
    for (keys, use_up) in [(1_000, false), (1_000, true), (20_000, false), (20_000, true)] {
        let users = full(keys, false);
        (0..keys).rev().for_each(|key| ask(&users, key, use_up));
        let (most, _) = steps(&users, use_up);
        assert!(most <= MOST, "{keys} keys: {most}");
    }
}

#[test]
fn a_new_key_is_bounded_work_when_all_are_held() {
    let users = users(1_000);
    let held: Vec<_> = (0..2_000_u32).map(|key| users.get(&key)).collect();
    let before = users.map().steps();
    drop(users.get("new"));
    assert!(users.map().steps() - before <= MOST);
    assert_eq!(users.len(), held.len() + 1);
}

#[test]
fn open_circuits_outlive_a_flood_of_new_keys() {
    let hosts = hosts(2_000);
    for host in 0..1_900_u32 {
        hosts.get(&host).force_open();
    }
    (10_000..30_000_u32).for_each(|host| drop(hosts.get(&host)));
    assert_eq!(hosts.totals().troubled, 1_900);
}

fn fail(hosts: &Keyed<CircuitBreaker>, keys: Range<u32>) {
    keys.for_each(|host| hosts.get(&host).try_acquire().expect("it is new").failure());
}

#[test]
fn a_key_that_was_forced_outlives_a_flood_of_keys_in_trouble() {
    for keys in [100, 2_000] {
        let hosts = hosts(keys);
        hosts.get(&0_u32).force_open();
        hosts.get(&1_u32).force_close();
        fail(&hosts, 2..10 * keys);
        assert_eq!(hosts.len(), keys as usize);
        let kept = [0, 1].map(|host| is_kept(&hosts, &host.to_string()));
        assert_eq!(kept, [true; 2], "{keys} keys");
        hosts.get(&0_u32).reset();
        fail(&hosts, 10 * keys..20 * keys);
        let kept = [0, 1].map(|host| is_kept(&hosts, &host.to_string()));
        assert_eq!(kept, [false, true], "{keys} keys: one is no longer forced");
    }
}

/// The newest keys are looked for among those that stay, a few with each new key: some more than one may go at a time.
#[test]
fn a_new_key_is_bounded_work_when_all_are_forced() {
    let hosts = hosts(2_000);
    (0..2_000_u32).for_each(|host| hosts.get(&host).force_open());
    for new in 2_000..4_000_u32 {
        let before = hosts.map().steps();
        fail(&hosts, new..new + 1);
        let steps = hosts.map().steps() - before;
        assert!(steps <= 17 * MOST, "{steps} steps");
        assert!(hosts.len() <= 2_300, "{} keys", hosts.len());
    }
    let forced = |host: u32| hosts.get(&host).state() == CircuitState::ForcedOpen;
    assert!((0..2_000_u32).all(forced));
}

#[test]
fn keys_that_are_asked_for_outlive_a_flood_of_new_keys() {
    let hosts = hosts(2_000);
    (0..2_000_u32).for_each(|host| drop(hosts.get(&host)));
    (0..1_000_u32).for_each(|host| drop(hosts.get(&host)));
    (10_000..11_000_u32).for_each(|host| drop(hosts.get(&host)));
    let mut known = 0;
    let mut pages = hosts.pages();
    while pages.next(|host, _| known += u32::from(host.parse::<u32>().unwrap() < 1_000)) {}
    assert!(known >= 990, "{known} of 1,000");
}

/// A stranger brings new keys without end, each of which uses its limit up; known clients fill nine tenths of the map, and
/// have used theirs up, too. One that were evicted would be given a fresh limit.
#[test]
fn known_keys_in_trouble_outlive_a_stranger() {
    const KNOWN: u32 = 1_800;
    let users = full(2_000, true);
    (0..KNOWN).for_each(|key| drop(users.get(&key)));
    let (mut known, mut lost) = ((0..KNOWN).cycle(), 0);
    for new in 0..3_000_u32 {
        ask(&users, 1_000_000 + new, true);
        for key in known.by_ref().take(100) {
            lost += u32::from(users.get(&key).try_acquire().is_ok());
        }
    }
    assert_eq!(users.totals().evicted, 3_000 + u64::from(lost));
    assert!(lost < 300, "{lost} of 300,000 calls found a fresh limit");
}

/// A key that was demoted is a candidate again when it is idle again, though no new look-up tells so.
#[test]
fn the_hand_finds_what_became_idle() {
    let hosts = hosts(1_000);
    for host in 0..1_000_u32 {
        hosts.get(&host).force_open();
    }
    (1_000..1_100_u32).for_each(|host| drop(hosts.get(&host)));
    assert!(hosts.with_key("500", CircuitBreaker::reset));
    (1_100..2_000_u32).for_each(|host| drop(hosts.get(&host)));
    assert!(!is_kept(&hosts, "500"), "900 new keys, of which each looks at four places");
}

/// A map that grows moves a few keys with each new one, and with known ones that have not moved.
#[test]
fn growth_is_bounded_work() {
    let users = users(20_000);
    let mut most = 0;
    for key in 0..20_000 {
        let before = users.map().moves();
        ask(&users, key, true);
        most = most.max(users.map().moves() - before);
    }
    assert!((1..=16).contains(&most), "{most} keys");
    assert_eq!(users.len(), 20_000);
    assert!((0..20_000_u32).all(|key| users.get(&key).try_acquire().is_err()), "one is another");
}

#[test]
fn known_keys_finish_a_move() {
    let users = users(20_000);
    (0..313).for_each(|key| ask(&users, key, true));
    assert_eq!(users.map().places(), 390 + 1_562, "the map has grown just now");
    // A key that is asked for before it moves helps once. The last ones help when they are asked for again.
    (0..313_u32).chain(0..313).for_each(|key| drop(users.get(&key)));
    assert_eq!(users.map().places(), 1_562);
}
