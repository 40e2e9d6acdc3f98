//! Keys that are held while others move into more room.

use std::hash::{Hash, Hasher};

use super::{hosts, is_kept, open};

/// More than the first array of a map of this size holds; two moves.
const MANY: u32 = 3_000;

#[test]
fn a_key_that_is_held_while_others_move_keeps_its_policy() {
    let hosts = hosts(10_000);
    open(&hosts, "held");
    open(&hosts, "moved");
    let held = hosts.get("held");
    (0..MANY).for_each(|host| drop(hosts.get(&host)));
    assert_eq!(hosts.len(), MANY as usize + 2);
    for key in ["held", "moved"] {
        assert!(hosts.get(key).try_acquire().is_err(), "{key} is another than before");
    }
    held.reset();
    assert!(hosts.get("held").try_acquire().is_ok(), "it is the one that is found");
}

#[test]
fn a_key_that_stayed_behind_goes_when_it_is_its_turn() {
    let hosts = hosts(1_000);
    let held = hosts.get("held");
    (0..1_000_u32).for_each(|host| drop(hosts.get(&host)));
    assert!(is_kept(&hosts, "held"), "it is held");
    drop(held);
    (1_000..2_000_u32).for_each(|host| drop(hosts.get(&host)));
    assert!(!is_kept(&hosts, "held"));
    assert_eq!(hosts.len(), 1_000);
}

/// A move leaves the order of eviction as it was.
#[test]
fn the_least_recently_used_goes_first_after_a_move_too() {
    let hosts = hosts(200);
    open(&hosts, "open");
    (0..40_u32).for_each(|host| drop(hosts.get(&host)));
    drop(hosts.get(&0_u32));
    (40..230_u32).for_each(|host| drop(hosts.get(&host)));
    for (host, kept) in [("open", true), ("0", true), ("1", false), ("31", false), ("32", true)] {
        assert_eq!(is_kept(&hosts, host), kept, "{host}");
    }
}

/// Says nothing about itself to who looks for it by hash.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Faceless(u32);

impl Hash for Faceless {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[test]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
fn keys_with_one_and_the_same_hash_are_told_apart() {
    let hosts = hosts(300);
    let held = hosts.get(&Faceless(0));
    held.force_open();
    (1..1_000).for_each(|key| drop(hosts.get(&Faceless(key))));
    assert_eq!((hosts.len(), hosts.totals().evicted), (300, 700));
    assert!(is_kept(&hosts, "Faceless(999)") && !is_kept(&hosts, "Faceless(700)"));
    drop(held);
    assert!(hosts.get(&Faceless(0)).try_acquire().is_err(), "it is another than before");
}
