//! All keys of a map, read piece by piece.

use super::Map;
use super::place::Place;
use super::table::See;
use crate::keyed::instance::PerKey;

impl<P: PerKey> Map<P> {
    /// Shows the policy of every key, of some twice: those that moved meanwhile are looked for again.
    pub(in crate::keyed) fn for_each(&self, see: &mut dyn FnMut(&P::Instance)) {
        loop {
            let (moves, mut next) = (self.moves(), Some(Place::FIRST));
            while let Some(place) = next {
                next = self.read(place, &mut |_, _, policy| see(policy));
            }
            if self.moves() == moves {
                break;
            }
        }
    }

    /// Begins to add up what all keys have counted, ever. The reader's number.
    pub(in crate::keyed) fn begin_reading(&self) -> u64 {
        let mut books = self.books.lock();
        let evicted = books.retired.clone();
        books.readers.begin(evicted)
    }

    /// Reads one more piece. Whether there is another.
    pub(in crate::keyed) fn read_aggregate(&self, reader: u64) -> bool {
        self.books.lock().readers.read(reader, &self.tables)
    }

    pub(in crate::keyed) fn end_reading(&self, reader: u64) -> Option<P::Aggregate> {
        self.books.lock().readers.end(reader)
    }

    #[cfg(test)]
    pub(in crate::keyed) fn steps(&self) -> u64 {
        self.books.lock().evictor.steps
    }

    /// How many keys moved, ever.
    pub(in crate::keyed) fn moves(&self) -> u64 {
        self.books.lock().moves
    }

    #[cfg(test)]
    pub(in crate::keyed) fn places(&self) -> u32 {
        self.tables.places()
    }

    #[cfg(test)]
    pub(in crate::keyed) fn readers(&self) -> usize {
        self.books.lock().readers.len()
    }

    /// Shows one piece of the policies, while none is evicted or moved. Where to go on.
    pub(in crate::keyed) fn read_locked(
        &self,
        from: Place,
        see: &mut dyn FnMut(Place, &P::Instance),
    ) -> Option<Place> {
        let _books = self.books.lock();
        self.tables.read(from, &mut |place, _, policy| see(place, policy))
    }

    /// Shows one piece of the keys, while others come and go. Where to go on.
    pub(in crate::keyed) fn read(&self, from: Place, see: See<'_, P>) -> Option<Place> {
        self.tables.read(from, see)
    }

    /// Shows the key at a place, if there is one.
    pub(in crate::keyed) fn see(&self, place: Place, see: See<'_, P>) {
        self.tables.at(place).see(place, see);
    }
}
