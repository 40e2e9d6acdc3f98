//! Eviction against the obvious list of who was used least recently, with calls in flight.

use std::collections::{BTreeMap, BTreeSet};

use resilience::{CircuitBreaker, CircuitBreakerConfig, CircuitState, Keyed};

use crate::models::sequence::{Chance, prove};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    Closed,
    Open,
    Forced,
}

struct Entry {
    key: u64,
    known: Known,
    /// Calls in flight.
    held: u32,
    /// When the last call came, and when the last one went: it was used last at some time between.
    came: usize,
    went: usize,
}

struct List {
    most: usize,
    now: usize,
    entries: Vec<Entry>,
}

impl List {
    /// A call comes. Of the keys that must go for it, the map has chosen those that are not `kept`.
    fn take(&mut self, key: u64, kept: impl Fn() -> BTreeSet<u64>) {
        self.now += 1;
        if self.entries.iter().all(|entry| entry.key != key) {
            if self.entries.len() >= self.most {
                self.make_room(&kept());
            }
            let (known, came, went) = (Known::Closed, self.now, self.now);
            self.entries.push(Entry { key, known, held: 0, came, went });
        }
        let now = self.now;
        let entry = self.entry(key);
        (entry.held, entry.came) = (entry.held + 1, now);
    }

    fn release(&mut self, key: u64) {
        self.now += 1;
        let now = self.now;
        let entry = self.entry(key);
        (entry.held, entry.went) = (entry.held - 1, now);
    }

    /// A closed one goes first, then an open one: none that is forced, none with a call in flight. Of those the one that
    /// was used least recently.
    fn make_room(&mut self, kept: &BTreeSet<u64>) {
        while self.entries.len() >= self.most {
            let may_go = |known| {
                self.entries.iter().filter(move |entry| entry.known == known && entry.held == 0)
            };
            let known = if may_go(Known::Closed).count() > 0 { Known::Closed } else { Known::Open };
            let Some(gone) = may_go(known).find(|entry| !kept.contains(&entry.key)) else {
                assert_eq!(may_go(known).count(), 0, "a key should have gone");
                return;
            };
            let earlier = may_go(known).find(|other| other.went < gone.came);
            assert!(earlier.is_none_or(|other| !kept.contains(&other.key)), "{} went", gone.key);
            let gone = gone.key;
            self.entries.retain(|entry| entry.key != gone);
        }
    }

    fn entry(&mut self, key: u64) -> &mut Entry {
        self.entries.iter_mut().find(|entry| entry.key == key).unwrap()
    }
}

fn kept(hosts: &Keyed<CircuitBreaker>) -> BTreeMap<u64, CircuitState> {
    let mut kept = BTreeMap::new();
    let mut pages = hosts.pages();
    while pages.next(|key, breaker| {
        kept.insert(key.parse().unwrap(), breaker.state());
    }) {}
    kept
}

#[derive(Clone, Copy, Debug)]
enum Does {
    Succeed,
    Fail,
    Force,
    Reset,
}

fn act(breaker: &CircuitBreaker, entry: &mut Entry, does: Does) {
    match does {
        Does::Succeed | Does::Fail => {
            if let Ok(permit) = breaker.try_acquire() {
                assert_eq!(entry.known, Known::Closed);
                if matches!(does, Does::Fail) {
                    permit.failure();
                    entry.known = Known::Open;
                } else {
                    permit.success();
                }
            }
        }
        Does::Force => {
            breaker.force_open();
            entry.known = Known::Forced;
        }
        Does::Reset => {
            breaker.reset();
            entry.known = Known::Closed;
        }
    }
}

fn state(known: Known) -> CircuitState {
    match known {
        Known::Closed => CircuitState::Closed,
        Known::Open => CircuitState::Open,
        Known::Forced => CircuitState::ForcedOpen,
    }
}

fn sequence(chance: &mut Chance) {
    let most = chance.small(1..8);
    let config = CircuitBreakerConfig::new().consecutive_failures(1);
    let hosts = Keyed::<CircuitBreaker>::new("proved", config).max_keys(most);
    let mut list = List { most: most as usize, now: 0, entries: Vec::new() };
    let mut held = Vec::new();
    for _ in 0..chance.small(10..80) {
        if !held.is_empty() && chance.once_in(2) {
            let (key, instance) = held.swap_remove(chance.place(held.len()));
            chance.tell(format_args!("{key} is let go"));
            drop(instance);
            list.release(key);
        } else {
            let key = chance.of(..12);
            let does = chance.one_of(&[
                Does::Succeed,
                Does::Succeed,
                Does::Succeed,
                Does::Fail,
                Does::Force,
                Does::Reset,
                Does::Reset,
            ]);
            chance.tell(format_args!("{key}: {does:?}"));
            let instance = hosts.get(&key);
            list.take(key, || kept(&hosts).into_keys().collect());
            act(&instance, list.entry(key), does);
            if chance.once_in(2) {
                drop(instance);
                list.release(key);
            } else {
                held.push((key, instance));
            }
        }
        assert_eq!(hosts.len(), list.entries.len());
        if chance.once_in(8) {
            let expected: BTreeMap<_, _> =
                list.entries.iter().map(|entry| (entry.key, state(entry.known))).collect();
            assert_eq!(kept(&hosts), expected);
        }
    }
}

#[test]
fn keys() {
    prove("keys", &async |chance| sequence(chance));
}
