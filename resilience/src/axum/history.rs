//! The last minutes of each policy, so that a page that was just opened has something to draw.
//!
//! Counters are read every now and then, by a task that begins with the first request: calls don't notice. A policy
//! that does nothing takes up a few words.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::LazyLock;
use std::time::Duration;

use ::axum::response::Response;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::respond::json;
use crate::name::Name;
use crate::registry::{Registry, registry};

/// How fine the history is.
const SLOT: Duration = Duration::from_secs(10);
/// How far it goes back: five minutes.
const SLOTS: u64 = 30;

static HISTORY: LazyLock<Mutex<History>> = LazyLock::new(Mutex::default);
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
        HISTORY.lock().add(counters(registry()));
    }
}

pub(super) async fn history() -> Response {
    json(&HISTORY.lock().shown())
}

/// Which of the snapshot's lists, and the name there.
type Key = (&'static str, Name);
/// All calls that a policy counts, and those among them that went wrong.
type Counters = [u64; 2];

fn counters(registry: &Registry) -> Vec<(Key, Counters)> {
    let one = |list, name, count| ((list, name), [count, count]);
    let breakers = registry.circuit_breakers().map(|it| {
        let totals = it.totals();
        let bad = totals.failures + totals.rejected;
        (("circuit_breakers", it.name()), [totals.requests + totals.rejected, bad])
    });
    let retries = registry.retries().map(|it| one("retries", it.name(), it.totals().retries));
    let timeouts = registry
        .timeouts()
        .map(|it| (it.name(), it.totals()))
        .map(|(name, it)| one("timeouts", name, it.timed_out + it.deadline_exceeded));
    let bulkheads =
        registry.bulkheads().map(|it| one("bulkheads", it.name(), it.totals().rejected));
    let limiters =
        registry.rate_limiters().map(|it| one("rate_limiters", it.name(), it.totals().rejected));
    let fallbacks = registry.fallbacks().map(|it| one("fallbacks", it.name(), it.used()));
    let hedges = registry.hedges().map(|it| one("hedges", it.name(), it.totals().hedged));
    let limiting = breakers.chain(timeouts).chain(bulkheads).chain(limiters);
    limiting.chain(retries).chain(fallbacks).chain(hedges).collect()
}

#[derive(Default)]
struct History {
    slot: u64,
    policies: HashMap<Key, Track>,
}

/// One policy: its counters, and the slots in which they grew.
struct Track {
    last: Counters,
    grown: VecDeque<(u64, Counters)>,
}

/// Slots by age (0: the last one that is over), with what was counted in them.
#[derive(Serialize)]
struct Shown {
    slot_ms: u128,
    policies: BTreeMap<String, Vec<[u64; 3]>>,
}

impl History {
    fn add(&mut self, counters: impl IntoIterator<Item = (Key, Counters)>) {
        self.slot += 1;
        let (slot, policies) = (self.slot, &mut self.policies);
        for (key, now) in counters {
            let new = || Track { last: now, grown: VecDeque::new() };
            policies.entry(key).or_insert_with(new).add(slot, now);
        }
    }

    fn shown(&self) -> Shown {
        let moved = self.policies.iter().filter(|(_, track)| !track.grown.is_empty());
        let policies = moved.map(|((list, name), track)| {
            let slots = track.grown.iter().map(|(slot, [all, bad])| [self.slot - slot, *all, *bad]);
            (format!("{list}/{name}"), slots.collect())
        });
        Shown { slot_ms: SLOT.as_millis(), policies: policies.collect() }
    }
}

impl Track {
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

    #[test]
    fn slots_age_and_leave() {
        let mut history = History::default();
        let key = ("circuit_breakers", Name::new("payments"));
        let shown =
            |history: &History| history.shown().policies.remove("circuit_breakers/payments");
        history.add([(key, [10, 1])]);
        assert_eq!(shown(&history), None, "what was before is nobody's slot");
        history.add([(key, [15, 3])]);
        history.add([(key, [15, 3])]);
        history.add([(key, [16, 3])]);
        assert_eq!(shown(&history), Some(vec![[2, 5, 2], [0, 1, 0]]));
        (0..SLOTS - 1).for_each(|_| history.add([(key, [16, 3])]));
        assert_eq!(shown(&history), Some(vec![[SLOTS - 1, 1, 0]]));
        history.add([(key, [16, 3])]);
        assert_eq!(shown(&history), None);
    }
}
