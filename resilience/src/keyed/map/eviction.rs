//! Who has to go when the map is full: the least recently used that is at rest; if none is, the least recently used of
//! the others; never one that a call holds.
//!
//! Two heaps of candidates, ordered by when they were used, as far as the heap knows. A candidate that was used since
//! is put back under its true time when it comes up, so a look at the map need not touch the heaps.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::place::Place;
use super::slot::{Record, Taken};
use super::table::Evicted;
use super::tables::Tables;
use crate::keyed::instance::PerKey;

/// How many keys one eviction passes over since calls hold them: a herd of calls must not make each new key look at
/// all the others. The map is over its bound meanwhile.
const MOST_HELD: usize = 256;

/// The order of eviction.
pub(in crate::keyed) struct Evictor {
    resting: BinaryHeap<Candidate>,
    /// Those that came up while they were not at rest: they stand aside. Whoever asks for one puts it back among the
    /// others, and leaves a candidate behind that is outdated.
    troubled: BinaryHeap<Candidate>,
}

#[derive(Clone, Copy)]
struct Candidate {
    used: u64,
    place: Place,
}

impl Evictor {
    pub(in crate::keyed) fn new() -> Self {
        Self { resting: BinaryHeap::new(), troubled: BinaryHeap::new() }
    }

    pub(in crate::keyed) fn add(&mut self, place: Place, record: &Record, now: u64) {
        self.resting.push(Candidate { used: record.used(now), place });
    }

    /// Keys are in other places than before.
    pub(in crate::keyed) fn start_over<P: PerKey>(&mut self, tables: &Tables<P>, now: u64) {
        *self = Self::new();
        let mut add = |place, record: &Record| {
            let candidate = Candidate { used: record.used(now), place };
            let heap = if record.is_aside() { &mut self.troubled } else { &mut self.resting };
            heap.push(candidate);
        };
        tables.iter().for_each(|table| table.for_each_place(&mut add));
    }

    /// Somebody asked for a key: it is a candidate like any other again.
    pub(in crate::keyed) fn readmit(&mut self, place: Place, record: &Record, now: u64) {
        if record.is_aside() {
            record.set_aside(false);
            self.add(place, record, now);
        }
    }

    /// Chooses a key that nobody holds, and lets it go.
    pub(in crate::keyed) fn evict<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        now: u64,
    ) -> Option<Evicted<P>> {
        let mut held = Vec::new();
        self.forget_outdated(tables);
        self.recall_rested(tables, now);
        let gone = self.evict_resting(tables, now, &mut held);
        let gone = gone.or_else(|| self.evict_troubled(tables, now, &mut held));
        // Whatever a call holds is in use this very moment.
        for place in held {
            let record = tables.at(place).record(place);
            record.set_aside(false);
            record.touch(now);
            self.add(place, record, now);
        }
        gone
    }

    fn forget_outdated<P: PerKey>(&mut self, tables: &Tables<P>) {
        if self.troubled.len() > 2 * self.resting.len() + 64 {
            self.troubled.retain(|candidate| candidate.record(tables).is_aside());
        }
    }

    /// Time alone brings a rate limit to rest. Those that were used least recently had most of it.
    fn recall_rested<P: PerKey>(&mut self, tables: &Tables<P>, now: u64) {
        while let Some(candidate @ Candidate { place, .. }) = self.troubled.pop() {
            if self.stands_aside(candidate, tables, now) {
                if !tables.at(place).is_idle(place) {
                    return self.troubled.push(candidate);
                }
                self.readmit(place, candidate.record(tables), now);
            }
        }
    }

    fn evict_resting<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        now: u64,
        held: &mut Vec<Place>,
    ) -> Option<Evicted<P>> {
        while held.len() < MOST_HELD {
            let candidate @ Candidate { used, place } = self.resting.pop()?;
            let record = candidate.record(tables);
            if record.used(now) != used {
                self.add(place, record, now);
                continue;
            }
            match tables.at(place).evict(place, true) {
                Taken::Held => held.push(place),
                Taken::Out(gone) => return Some(gone),
                Taken::Refused => {
                    record.set_aside(true);
                    self.troubled.push(candidate);
                }
            }
        }
        None
    }

    fn evict_troubled<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        now: u64,
        held: &mut Vec<Place>,
    ) -> Option<Evicted<P>> {
        while held.len() < MOST_HELD {
            let candidate = self.troubled.pop()?;
            if self.stands_aside(candidate, tables, now) {
                match tables.at(candidate.place).evict(candidate.place, false) {
                    Taken::Out(gone) => return Some(gone),
                    _ => held.push(candidate.place),
                }
            }
        }
        None
    }

    /// Whether a candidate still stands aside as it did when it came up. One that was used since is readmitted.
    fn stands_aside<P: PerKey>(
        &mut self,
        candidate: Candidate,
        tables: &Tables<P>,
        now: u64,
    ) -> bool {
        let record = candidate.record(tables);
        let unused = record.used(now) == candidate.used;
        if !unused {
            self.readmit(candidate.place, record, now);
        }
        unused && record.is_aside()
    }
}

impl Candidate {
    fn record<P: PerKey>(self, tables: &Tables<P>) -> &Record {
        tables.at(self.place).record(self.place)
    }
}

/// The least recently used comes first out of a max-heap.
impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.used.cmp(&self.used)
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.used == other.used
    }
}

impl Eq for Candidate {}
