//! A comparison with the obvious list of who was used least recently.

use proptest::prelude::*;

use crate::circuit_breaker::Permit;

/// What a call may leave behind.
#[derive(Clone, Copy, Debug)]
enum Ended {
    Well,
    Open,
    Forced,
    Reset,
}

fn ended() -> impl Strategy<Value = Ended> {
    prop_oneof![
        8 => Just(Ended::Well),
        4 => Just(Ended::Open),
        1 => Just(Ended::Forced),
        3 => Just(Ended::Reset),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Closed,
    Open,
    Forced,
}

/// The obvious list: the least recently used first, and how its circuit is.
struct List {
    most: usize,
    keys: Vec<(u8, State)>,
}

impl List {
    fn call(&mut self, key: u8, ended: Ended) {
        let known = self.keys.iter().position(|(other, _)| *other == key);
        let before = known.map_or(State::Closed, |at| self.keys.remove(at).1);
        if known.is_none() {
            self.make_room();
        }
        let state = match (ended, before) {
            (Ended::Well, state) | (Ended::Open, state @ State::Forced) => state,
            (Ended::Open, _) => State::Open,
            (Ended::Forced, _) => State::Forced,
            (Ended::Reset, _) => State::Closed,
        };
        self.keys.push((key, state));
    }

    /// A forced one stays, though there are too many.
    fn make_room(&mut self) {
        while self.keys.len() >= self.most {
            let first = |state| self.keys.iter().position(|(_, other)| *other == state);
            let Some(at) = first(State::Closed).or_else(|| first(State::Open)) else { break };
            self.keys.remove(at);
        }
    }
}

proptest! {
    #[test]
    fn keeps_what_a_list_would_keep(
        most in 1..8_u32,
        calls in prop::collection::vec((0..12_u8, ended()), 1..200),
    ) {
        let keyed = super::hosts(most);
        let mut list = List { most: most as usize, keys: Vec::new() };
        for (key, ended) in calls {
            let breaker = keyed.get(&key);
            match ended {
                Ended::Well => {}
                Ended::Open => breaker.try_acquire().into_iter().for_each(Permit::failure),
                Ended::Forced => breaker.force_open(),
                Ended::Reset => breaker.reset(),
            }
            drop(breaker);
            list.call(key, ended);
            let mut kept = Vec::new();
            let mut pages = keyed.pages();
            while pages.next(|key, _| kept.push(key.to_owned())) {}
            kept.sort_unstable();
            let mut expected: Vec<_> = list.keys.iter().map(|(key, _)| key.to_string()).collect();
            expected.sort_unstable();
            prop_assert_eq!(kept, expected);
        }
    }
}
