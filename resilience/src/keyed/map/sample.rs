//! A few keys, and the best of them to evict.

use super::place::Place;
use super::queue::Candidate;
use super::table::Evicted;
use super::tables::Tables;
use crate::keyed::instance::PerKey;

/// Candidates, idle ones first. Its room is kept from one eviction to the next.
#[derive(Default)]
pub(super) struct Sample(Vec<(bool, Candidate)>);

impl Sample {
    /// Takes a place in, if there is a key that no call holds.
    pub(super) fn look_at<P: PerKey>(&mut self, tables: &Tables<P>, place: Place, now: u64) {
        if let Some(idle) = tables.at(place).is_idle(place) {
            let used = tables.record(place).used(now);
            self.0.push((!idle, Candidate { used, place }));
        }
    }

    /// Takes out the least recently used idle one, else the least recently used of the others.
    pub(super) fn evict_best<P: PerKey>(&mut self, tables: &Tables<P>) -> Option<Evicted<P>> {
        self.0.sort_unstable();
        let take = |at: Place| tables.at(at).evict(at, P::may_go).out();
        let evicted = self.0.iter().find_map(|(_, candidate)| take(candidate.place));
        self.0.clear();
        evicted
    }
}
