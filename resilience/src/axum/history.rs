//! The last minutes of each policy, so that a page that was just opened has something to draw.
//!
//! Counters are read every now and then, by a task that begins with the first request: calls don't notice. A policy
//! that does nothing takes up a few words.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::axum::response::Response;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::json::{object, one};
use super::tracks::{Reading, SLOTS, Tracks};
use super::{breaker_history, chunks};
use crate::name::Name;
use crate::registry::pace::Pace;
use crate::registry::{Registry, registry};

/// How fine the history is.
const SLOT: Duration = Duration::from_secs(10);

/// The slot that goes on.
static PRESENT: AtomicU64 = AtomicU64::new(0);
static TRACKS: Tracks<Key, Counters> = Tracks::new();
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
        let slot = PRESENT.fetch_add(1, Ordering::Relaxed) + 1;
        let mut pace = Pace::in_turns();
        for (key, now) in counters(registry()) {
            TRACKS.add(key, slot, now);
            pace.count().await;
        }
        breaker_history::sample(slot).await;
    }
}

pub(super) async fn history() -> Response {
    let slot = PRESENT.load(Ordering::Relaxed);
    chunks::json(object([
        ("slot_ms", one(&SLOT.as_millis())),
        // The one that goes on is not over.
        ("slots", one(&slot.saturating_sub(1).min(SLOTS))),
        ("policies", TRACKS.parts(slot, |(list, name)| format!("{list}/{}", name.as_str()))),
        ("circuit_breakers", breaker_history::parts(slot)),
    ]))
}

/// Which of the snapshot's lists, and the name there.
type Key = (&'static str, Name);

/// All calls that a policy counts, and those among them that went wrong.
struct Counters([u64; 2]);

impl Reading for Counters {
    type Slot = [u64; 2];

    fn since(&self, Self(before): &Self) -> Option<[u64; 2]> {
        let Self(now) = self;
        let grown = [now[0].saturating_sub(before[0]), now[1].saturating_sub(before[1])];
        (grown != [0, 0]).then_some(grown)
    }

    fn aged(age: u64, [all, bad]: &[u64; 2]) -> impl Serialize {
        [age, *all, *bad]
    }
}

fn counters(registry: &Registry) -> impl Iterator<Item = (Key, Counters)> {
    registry.listed().filter_map(|listed| {
        let key = (listed.kind().list(), listed.identity().name());
        Some((key, Counters(listed.any().activity()?)))
    })
}

#[cfg(test)]
mod tests {
    use crate::bulkhead::{Bulkhead, BulkheadConfig};
    use crate::mode::Mode;
    use crate::name::AnyPolicy;

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
