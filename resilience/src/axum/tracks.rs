//! What was counted in each of the last slots, by key; written piece by piece.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::iter::once;
use std::ops::Bound;

use parking_lot::Mutex;
use serde::Serialize;

use super::json::{Part, Parts, write};
use crate::registry::pace::PIECE;

/// How many slots are kept: five minutes.
pub(super) const SLOTS: u64 = 30;

/// What is read of a policy at the end of each slot.
pub(super) trait Reading: Send + 'static {
    /// What is kept of a slot.
    type Slot: Send;

    /// What happened since `before`; `None` if that is nothing worth keeping.
    fn since(&self, before: &Self) -> Option<Self::Slot>;

    /// A slot with its age: 0 is the last one that is over.
    fn aged(age: u64, slot: &Self::Slot) -> impl Serialize;
}

/// The tracks of policies that moved, or did not.
pub(super) struct Tracks<K, R: Reading>(Mutex<BTreeMap<K, Track<R>>>);

/// One policy: its last reading, and the slots in which something happened.
struct Track<R: Reading> {
    last: R,
    slots: VecDeque<(u64, R::Slot)>,
}

impl<K: Ord + Clone + Send, R: Reading> Tracks<K, R> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// What is read at the end of `slot`; of a policy that is new, what was before belongs to no slot.
    pub(super) fn add(&self, key: K, slot: u64, now: R) {
        match self.0.lock().entry(key) {
            Entry::Occupied(track) => track.into_mut().add(slot, now),
            Entry::Vacant(place) => {
                place.insert(Track { last: now, slots: VecDeque::new() });
            }
        }
    }

    /// An object of those with which something happened, as of `slot`; `name` writes a key.
    pub(super) fn parts<N: Serialize + 'static>(
        &'static self,
        slot: u64,
        name: fn(&K) -> N,
    ) -> Parts {
        let pieces = Pieces { tracks: self, slot, name, last: None, is_after_first: false };
        Box::new(once(Part::text("{")).chain(pieces).chain(once(Part::text("}"))))
    }
}

impl<R: Reading> Track<R> {
    fn add(&mut self, slot: u64, now: R) {
        let shown = now.since(&self.last);
        self.last = now;
        self.slots.extend(shown.map(|shown| (slot, shown)));
        while self.slots.front().is_some_and(|(oldest, _)| slot - oldest >= SLOTS) {
            self.slots.pop_front();
        }
    }

    fn aged(&self, now: u64) -> Vec<impl Serialize + use<'_, R>> {
        self.slots.iter().map(|(slot, shown)| R::aged(now.saturating_sub(*slot), shown)).collect()
    }
}

/// The lock is held for a piece at a time: the next one begins behind the last key.
struct Pieces<K: 'static, R: Reading, N> {
    tracks: &'static Tracks<K, R>,
    slot: u64,
    name: fn(&K) -> N,
    last: Option<K>,
    is_after_first: bool,
}

impl<K: Ord + Clone + Send, R: Reading, N: Serialize> Iterator for Pieces<K, R, N> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        let tracks = self.tracks.0.lock();
        let from = self.last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut part = Part::unfinished(0);
        let mut last = None;
        for (key, track) in tracks.range((from, Bound::Unbounded)).take(PIECE) {
            (last, part.items) = (Some(key), part.items + 1);
            if track.slots.is_empty() {
                continue;
            }
            if std::mem::replace(&mut self.is_after_first, true) {
                part.text.push(b',');
            }
            write(&mut part.text, &(self.name)(key));
            part.text.push(b':');
            write(&mut part.text, &track.aged(self.slot));
        }
        self.last = Some(last?.clone());
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count(u64);

    impl Reading for Count {
        type Slot = u64;

        fn since(&self, before: &Self) -> Option<u64> {
            (self.0 > before.0).then(|| self.0 - before.0)
        }

        fn aged(age: u64, grown: &u64) -> impl Serialize {
            [age, *grown]
        }
    }

    fn shown(tracks: &'static Tracks<u64, Count>, slot: u64) -> Vec<String> {
        let text = |part: Part| String::from_utf8(part.text).unwrap();
        tracks.parts(slot, u64::to_string).map(text).collect()
    }

    #[test]
    fn slots_age_and_leave() {
        static TRACKS: Tracks<u64, Count> = Tracks::new();
        let add = |slot, count| {
            TRACKS.add(7, slot, Count(count));
            shown(&TRACKS, slot).concat()
        };
        assert_eq!(add(1, 10), "{}", "what was before belongs to no slot");
        add(2, 15);
        add(3, 15);
        assert_eq!(add(4, 16), r#"{"7":[[2,5],[0,1]]}"#);
        assert_eq!(add(SLOTS + 3, 16), r#"{"7":[[29,1]]}"#);
        assert_eq!(add(SLOTS + 4, 16), "{}");
    }

    #[test]
    fn the_lock_is_held_for_a_piece_at_a_time() {
        static TRACKS: Tracks<u64, Count> = Tracks::new();
        let keys = 0..3 * PIECE as u64;
        for slot in 1..=2 {
            keys.clone().for_each(|key| TRACKS.add(key, slot, Count(slot)));
        }
        let parts = shown(&TRACKS, 2);
        assert_eq!(parts.len(), 3 + 2, "braces, and a part for each piece");
        let all: BTreeMap<String, Vec<[u64; 2]>> = serde_json::from_str(&parts.concat()).unwrap();
        assert_eq!(all.len(), 3 * PIECE);
        assert!(TRACKS.0.try_lock().is_some());
    }
}
