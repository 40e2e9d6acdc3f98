//! Sums over all keys, read in pieces while keys come, go and move between the pieces: each key is counted once.
//!
//! Evictions and moves are told to the readers: one that would miss the key from now on counts it right then.

use super::place::Place;
use super::table::Moved;
use super::tables::Tables;
use crate::keyed::instance::PerKey;

/// The sums that are being read. Under the map's lock.
pub(in crate::keyed) struct Readers<P: PerKey> {
    active: Vec<Reader<P>>,
    next_id: u64,
}

struct Reader<P: PerKey> {
    id: u64,
    /// The next place to read.
    at: Place,
    aggregate: P::Aggregate,
}

impl<P: PerKey> Readers<P> {
    pub(in crate::keyed) const fn new() -> Self {
        Self { active: Vec::new(), next_id: 0 }
    }

    #[cfg(test)]
    pub(in crate::keyed) fn len(&self) -> usize {
        self.active.len()
    }

    /// Begins with what evicted keys have counted.
    pub(in crate::keyed) fn begin(&mut self, evicted: P::Aggregate) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.active.push(Reader { id, at: Place::FIRST, aggregate: evicted });
        id
    }

    /// Reads one more piece. Whether there is another.
    pub(in crate::keyed) fn read(&mut self, id: u64, tables: &Tables<P>) -> bool {
        let Some(reader) = self.active.iter_mut().find(|reader| reader.id == id) else {
            return false;
        };
        let aggregate = &mut reader.aggregate;
        let next = tables.read(reader.at, &mut |_, _, policy| *aggregate += P::aggregate(policy));
        reader.at = next.unwrap_or(Place::END);
        next.is_some()
    }

    pub(in crate::keyed) fn end(&mut self, id: u64) -> Option<P::Aggregate> {
        let at = self.active.iter().position(|reader| reader.id == id)?;
        Some(self.active.swap_remove(at).aggregate)
    }

    pub(in crate::keyed) fn on_eviction(&mut self, place: Place, counted: &P::Aggregate) {
        for reader in self.active.iter_mut().filter(|reader| !place.precedes(reader.at)) {
            reader.aggregate += counted.clone();
        }
    }

    pub(in crate::keyed) fn on_move(&mut self, moved: &Moved<'_, P>) {
        let (from, to) = (moved.from, moved.to);
        for reader in &mut self.active {
            if !from.precedes(reader.at) && to.precedes(reader.at) {
                reader.aggregate += P::aggregate(moved.policy);
            }
        }
    }
}
