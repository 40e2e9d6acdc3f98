//! The last minutes of each policy, so that a page that was just opened has something to draw.
//!
//! Counters are read every now and then, by a task that begins with the first request: calls don't notice. A policy
//! that does nothing takes up a few words.

use std::collections::{BTreeMap, VecDeque};
use std::iter::once;
use std::ops::Bound;
use std::time::Duration;

use ::axum::response::Response;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::json::{Part, Parts, object, one, write};
use super::{breaker_history, chunks};
use crate::name::Name;
use crate::registry::pace::{PIECE, Pace};
use crate::registry::{Registry, registry};

/// How fine the history is.
const SLOT: Duration = Duration::from_secs(10);
/// How far it goes back: five minutes.
const SLOTS: u64 = 30;

static HISTORY: Mutex<History> = Mutex::new(History { slot: 0, policies: BTreeMap::new() });
static SAMPLER: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

/// Begins to sample; again, if the runtime in which that happened is gone.
pub(super) fn begin() {
    let mut sampler = SAMPLER.lock();
    if sampler.as_ref().is_none_or(JoinHandle::is_finished) {
        *sampler = Some(tokio::spawn(sample()));
    }
}

async fn sample() {
    let mut slots = interval(SLOT);
    slots.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        slots.tick().await;
        let slot = {
            let mut history = HISTORY.lock();
            history.slot += 1;
            history.slot
        };
        let mut pace = Pace::in_turns();
        for (key, now) in counters(registry()) {
            HISTORY.lock().add(key, now);
            pace.count().await;
        }
        breaker_history::sample(slot, SLOTS).await;
    }
}

pub(super) async fn history() -> Response {
    let slot_ms = one(&SLOT.as_millis());
    let policies: Parts =
        Box::new(once(Part::text("{")).chain(Tracks::default()).chain(once(Part::text("}"))));
    let slot = HISTORY.lock().slot;
    // The one that goes on is not over.
    let slots = one(&slot.saturating_sub(1).min(SLOTS));
    let breakers = breaker_history::parts(slot);
    chunks::json(object([
        ("slot_ms", slot_ms),
        ("slots", slots),
        ("policies", policies),
        ("circuit_breakers", breakers),
    ]))
}

/// The policies that moved, piece by piece.
#[derive(Default)]
struct Tracks {
    last: Option<Key>,
    is_after_first: bool,
}

impl Iterator for Tracks {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        let history = HISTORY.lock();
        let from = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let piece = history.policies.range((from, Bound::Unbounded)).take(PIECE);
        let mut part = Part::unfinished(0);
        for ((list, name), track) in piece {
            (self.last, part.items) = (Some((*list, *name)), part.items + 1);
            if track.grown.is_empty() {
                continue;
            }
            if std::mem::replace(&mut self.is_after_first, true) {
                part.text.push(b',');
            }
            write(&mut part.text, &format!("{list}/{name}", name = name.as_str()));
            part.text.push(b':');
            write(&mut part.text, &track.slots(history.slot));
        }
        (part.items > 0).then_some(part)
    }
}

/// Which of the snapshot's lists, and the name there.
type Key = (&'static str, Name);
/// All calls that a policy counts, and those among them that went wrong.
type Counters = [u64; 2];

fn counters(registry: &Registry) -> impl Iterator<Item = (Key, Counters)> {
    registry.listed().filter_map(|listed| {
        let key = (listed.kind().list(), listed.identity().name());
        Some((key, listed.any().activity()?))
    })
}

#[derive(Default)]
struct History {
    slot: u64,
    policies: BTreeMap<Key, Track>,
}

/// One policy: its counters, and the slots in which they grew.
struct Track {
    last: Counters,
    grown: VecDeque<(u64, Counters)>,
}

impl History {
    /// In the present slot.
    fn add(&mut self, key: Key, now: Counters) {
        let new = || Track { last: now, grown: VecDeque::new() };
        self.policies.entry(key).or_insert_with(new).add(self.slot, now);
    }
}

impl Track {
    /// Slots by age (0: the last one that is over), with what was counted in them.
    fn slots(&self, now: u64) -> Vec<[u64; 3]> {
        self.grown.iter().map(|(slot, [all, bad])| [now - slot, *all, *bad]).collect()
    }

    fn add(&mut self, slot: u64, now: Counters) {
        let grown = [now[0].saturating_sub(self.last[0]), now[1].saturating_sub(self.last[1])];
        self.last = now;
        if grown != [0, 0] {
            self.grown.push_back((slot, grown));
        }
        while self.grown.front().is_some_and(|(oldest, _)| slot - oldest >= SLOTS) {
            self.grown.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulkhead::{Bulkhead, BulkheadConfig};
    use crate::mode::Mode;
    use crate::name::AnyPolicy;

    #[test]
    fn slots_age_and_leave() {
        let mut history = History::default();
        let key = ("circuit_breakers", Name::new("payments"));
        let mut add = |counters: [[u64; 2]; 1]| {
            history.slot += 1;
            for now in counters {
                history.add(key, now);
            }
            history.policies[&key].slots(history.slot)
        };
        assert!(add([[10, 1]]).is_empty(), "what was before belongs to no slot");
        add([[15, 3]]);
        add([[15, 3]]);
        assert_eq!(add([[16, 3]]), [[2, 5, 2], [0, 1, 0]]);
        (0..SLOTS - 2).for_each(|_| drop(add([[16, 3]])));
        assert_eq!(add([[16, 3]]), [[SLOTS - 1, 1, 0]]);
        assert!(add([[16, 3]]).is_empty());
    }

    #[test]
    fn a_call_that_passes_is_no_rejection() {
        let bulkhead = Bulkhead::new("passing", BulkheadConfig::new());
        bulkhead.set_mode(Mode::Off).unwrap();
        drop(bulkhead.try_acquire().unwrap());
        let mut passed = Vec::new();
        bulkhead.passed(&mut |word, count| passed.push((word, count)));
        assert_eq!(passed, [("bypassed", 1)]);
        assert_eq!(bulkhead.activity(), Some([0, 0]));
    }
}
