//! A comparison with the obvious list of who was used least recently.

use proptest::prelude::*;

/// What a call may leave behind.
#[derive(Clone, Copy, Debug)]
enum Ended {
    Well,
    Open,
    Reset,
}

fn ended() -> impl Strategy<Value = Ended> {
    prop_oneof![4 => Just(Ended::Well), 2 => Just(Ended::Open), 1 => Just(Ended::Reset)]
}

/// The obvious list: the least recently used first, and whether its circuit is open.
struct List {
    most: usize,
    keys: Vec<(u8, bool)>,
}

impl List {
    fn call(&mut self, key: u8, ended: Ended) {
        let known = self.keys.iter().position(|(other, _)| *other == key);
        let was_open = known.is_some_and(|at| self.keys.remove(at).1);
        if known.is_none() && self.keys.len() == self.most {
            let closed = self.keys.iter().position(|(_, open)| !open);
            self.keys.remove(closed.unwrap_or(0));
        }
        let open = match ended {
            Ended::Well => was_open,
            Ended::Open => true,
            Ended::Reset => false,
        };
        self.keys.push((key, open));
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
                Ended::Open => breaker.force_open(),
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
