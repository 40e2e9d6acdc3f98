//! Which key is evicted when the map is full: the least recently used idle one; if none is idle, the least recently used
//! of the others, which are *demoted*; never one that a call holds, or that was forced into a state.
//!
//! Two queues of candidates, in the order of their last use as far as the queue knows: a look-up touches its key's record
//! and no queue. A candidate that comes up and was used since is filed again under its true time, and one that is idle no
//! more is demoted. A *hand* goes around the places and finds those that became idle again.
//!
//! All of that is bounded per new key. Where the queues have not caught up, the hand's next places are a sample, and the
//! best of them is evicted. A small map is swept whole: there the order is exact.

use super::place::Place;
use super::queue::{Candidate, Queue};
use super::record::{Listed, Record};
use super::sample::Sample;
use super::slot::Taken;
use super::table::{Evicted, Moved};
use super::tables::Tables;
use crate::keyed::instance::PerKey;

/// A map of so many places is swept whole.
const SMALL: u32 = 128;
/// How many candidates are judged with each new key.
const CLASSIFIED: u32 = 2;
/// How many candidates are taken from a queue at most.
const CANDIDATES: u32 = 16;
/// How many places the hand looks at for keys that became idle.
const RECALLED: u32 = 4;
/// How many places are a sample.
const SAMPLE: u32 = 64;

/// The order of eviction. Under the map's lock.
pub(in crate::keyed) struct Evictor {
    idle: Queue,
    demoted: Queue,
    hand: Place,
    sample: Sample,
    /// How many places were looked at, ever.
    #[cfg(test)]
    pub(in crate::keyed) steps: u64,
}

impl Evictor {
    pub(in crate::keyed) fn new() -> Self {
        Self {
            idle: Queue::default(),
            demoted: Queue::default(),
            hand: Place::FIRST,
            sample: Sample::default(),
            #[cfg(test)]
            steps: 0,
        }
    }

    /// A new key is a candidate, and idle until it is found not to be.
    pub(in crate::keyed) fn add(&mut self, place: Place, record: &Record, now: u64) {
        if !record.is_listed(Listed::Idle) {
            record.set_listed(Listed::Idle, true);
            self.idle.push(Candidate { used: record.used(now), place });
        }
    }

    /// What a call holds is in use this very moment.
    fn add_used(&mut self, place: Place, record: &Record, now: u64) {
        record.touch(now);
        self.add(place, record, now);
    }

    /// A place is in a queue once. When an earlier candidate comes up, the key was used since.
    fn demote(&mut self, candidate: Candidate, record: &Record) {
        if !record.is_listed(Listed::Demoted) {
            record.set_listed(Listed::Demoted, true);
            self.demoted.push(candidate);
        }
    }

    /// Demotes those at the head of the queue that are not idle, ahead of time: when one has to be evicted, most are known.
    pub(in crate::keyed) fn classify<P: PerKey>(&mut self, tables: &Tables<P>, now: u64) {
        for _ in 0..CLASSIFIED {
            let Some(candidate) = self.idle.first() else { return };
            let (place, record) = (candidate.place, tables.record(candidate.place));
            self.step();
            let idle = tables.at(place).is_idle(place);
            let stale = record.was_used_since(candidate.used);
            if idle == Some(true) && !stale {
                return;
            }
            self.idle.pop();
            record.set_listed(Listed::Idle, false);
            match idle {
                _ if record.tag().is_none() => {}
                Some(false) if !stale => self.demote(candidate, record),
                _ => self.add(place, record, now),
            }
        }
    }

    /// Chooses a key that no caller holds and takes it out.
    pub(in crate::keyed) fn evict<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        now: u64,
    ) -> Option<Evicted<P>> {
        let small = tables.places() <= SMALL;
        let looks = |many: u32| if small { 2 * SMALL } else { many };
        self.recall(tables, now, looks(RECALLED));
        self.evict_idle(tables, now, looks(CANDIDATES))
            .or_else(|| self.evict_demoted(tables, now, looks(CANDIDATES)))
            .or_else(|| self.evict_from_sample(tables, now, looks(SAMPLE)))
    }

    /// Demoted keys that became idle are candidates like others again.
    fn recall<P: PerKey>(&mut self, tables: &Tables<P>, now: u64, looks: u32) {
        if self.demoted.is_empty() {
            return;
        }
        // Time alone refills a rate limit. The longest unused had most of it.
        if let Some(first) = self.demoted.first() {
            self.recall_at(tables, first.place, now);
        }
        for _ in 0..looks.min(tables.places()) {
            let Some(place) = self.advance(tables) else { return };
            self.recall_at(tables, place, now);
        }
    }

    fn recall_at<P: PerKey>(&mut self, tables: &Tables<P>, place: Place, now: u64) {
        self.step();
        let record = tables.record(place);
        if record.is_demoted() && tables.at(place).is_idle(place) == Some(true) {
            self.add(place, record, now);
        }
    }

    fn evict_idle<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        now: u64,
        looks: u32,
    ) -> Option<Evicted<P>> {
        for _ in 0..looks {
            let candidate = self.idle.pop()?;
            self.step();
            let evicted = self.try_idle(tables, candidate, now);
            if evicted.is_some() {
                return evicted;
            }
        }
        None
    }

    fn try_idle<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        candidate: Candidate,
        now: u64,
    ) -> Option<Evicted<P>> {
        let (place, record) = (candidate.place, tables.record(candidate.place));
        record.set_listed(Listed::Idle, false);
        record.tag()?;
        if record.was_used_since(candidate.used) {
            self.add(place, record, now);
            return None;
        }
        match tables.at(place).evict(place, P::is_idle) {
            Taken::Out(evicted) => return Some(evicted),
            Taken::Held => self.add_used(place, record, now),
            Taken::Kept => self.demote(candidate, record),
        }
        None
    }

    fn evict_demoted<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        now: u64,
        looks: u32,
    ) -> Option<Evicted<P>> {
        for _ in 0..looks {
            if !self.idle.is_empty() {
                return None;
            }
            let candidate = self.demoted.pop()?;
            self.step();
            let evicted = self.try_demoted(tables, candidate, now);
            if evicted.is_some() {
                return evicted;
            }
        }
        None
    }

    fn try_demoted<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        candidate: Candidate,
        now: u64,
    ) -> Option<Evicted<P>> {
        let (place, record) = (candidate.place, tables.record(candidate.place));
        record.set_listed(Listed::Demoted, false);
        if record.tag().is_none() || record.is_listed(Listed::Idle) {
            return None;
        }
        if record.was_used_since(candidate.used) {
            self.demote(Candidate { used: record.used(now), place }, record);
            return None;
        }
        let evicted = tables.at(place).evict(place, P::may_go).out();
        if evicted.is_none() {
            // Held or forced: it comes up again after all others.
            record.touch(now);
            self.demote(Candidate { used: now, place }, record);
        }
        evicted
    }

    /// The queues have not caught up with what was used and changed since: the best of a few keys goes.
    fn evict_from_sample<P: PerKey>(
        &mut self,
        tables: &Tables<P>,
        now: u64,
        looks: u32,
    ) -> Option<Evicted<P>> {
        let mut sample = std::mem::take(&mut self.sample);
        for _ in 0..looks.min(tables.places()) {
            let Some(place) = self.advance(tables) else { break };
            self.step();
            sample.look_at(tables, place, now);
        }
        let evicted = sample.evict_best(tables);
        self.sample = sample;
        evicted
    }

    fn advance<P: PerKey>(&mut self, tables: &Tables<P>) -> Option<Place> {
        self.hand = tables.next(self.hand)?;
        Some(self.hand)
    }

    #[cfg_attr(not(test), allow(clippy::unused_self, reason = "steps are counted in tests"))]
    fn step(&mut self) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
    }

    /// A key moved. The candidate for its old place is dropped when it comes up.
    pub(in crate::keyed) fn on_move<P: PerKey>(&mut self, moved: &Moved<'_, P>, now: u64) {
        let [from, to] = moved.records;
        if from.is_demoted() {
            self.demote(Candidate { used: to.used(now), place: moved.to }, to);
        } else {
            self.add(moved.to, to, now);
        }
    }
}
