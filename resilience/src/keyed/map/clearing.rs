//! Takes all keys out: for tests, which begin without any. Only with feature `test-util`.

use std::sync::atomic::Ordering::Release;

use super::Map;
use super::place::Place;
use crate::keyed::instance::PerKey;

impl<P: PerKey> Map<P> {
    /// Forgets every key, and what all of them have counted. A key that a call holds stays, and is as new. A sum over all
    /// keys that is being read at this moment misses what was forgotten.
    pub(in crate::keyed) fn clear(&self) {
        // Outside of the lock, because the code of keys and hooks runs.
        let (remains, held) = self.take_all();
        drop(remains);
        for place in held {
            self.see(place, &mut |_, _, policy| P::reset(policy));
        }
    }

    fn take_all(&self) -> (Vec<Box<dyn std::any::Any + Send>>, Vec<Place>) {
        let (mut remains, mut held) = (Vec::new(), Vec::new());
        let mut books = self.books.lock();
        for place in self.places_with_keys() {
            match self.tables.at(place).evict(place, |_| true).out() {
                Some(evicted) => remains.push(evicted.remains),
                None => held.push(place),
            }
        }
        self.evicted.fetch_add(remains.len() as u64, Release);
        books.retired = P::Aggregate::default();
        (remains, held)
    }

    fn places_with_keys(&self) -> Vec<Place> {
        let (mut places, mut next) = (Vec::new(), Some(Place::FIRST));
        while let Some(place) = next {
            next = self.tables.read(place, &mut |place, _, _| places.push(place));
        }
        places
    }
}
