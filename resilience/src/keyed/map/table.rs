//! The keys of one type: an array of places, and a larger one when they don't suffice.
//!
//! Keys that no call holds move into the larger one, a few with each new key; the others stay behind. All are looked for
//! there, too. Arrays are never freed, because readers don't announce themselves: the smaller ones together take a third of the largest one's
//! memory.

use std::any::Any;
use std::fmt::Debug;
use std::sync::OnceLock;

use super::array::{self, Array};
use super::place::Place;
use super::record::{Record, Tag};
use super::slot::{Content, KeyedInstance, Slot, Taken};
use crate::keyed::instance::PerKey;
use crate::keyed::key::Key;
use crate::keyed::shown::{self, Shown};
use crate::sync::{AtomicU32, Ordering::Acquire, Ordering::Release};

/// More than fit into any memory.
const ARRAYS: usize = 32;
/// So many places are read in one piece at most: a few microseconds under the map's lock.
pub(in crate::keyed) const PIECE: u32 = 128;

/// The table of owned keys `O`.
pub(in crate::keyed) struct Table<O, P: PerKey> {
    number: u16,
    sizes: Sizes,
    arrays: [OnceLock<Array<O, P>>; ARRAYS],
    newest: AtomicU32,
    /// How its keys are shown.
    shown: OnceLock<Shown<O>>,
}

/// A key that was found.
pub(in crate::keyed) struct Found<'t, O, P: PerKey> {
    pub(in crate::keyed) instance: KeyedInstance<'t, P, O>,
    pub(in crate::keyed) record: &'t Record,
    pub(in crate::keyed) place: Place,
}

/// A key that moved.
pub(in crate::keyed) struct Moved<'t, P: PerKey> {
    pub(in crate::keyed) from: Place,
    pub(in crate::keyed) to: Place,
    /// Those of the two places.
    pub(in crate::keyed) records: [&'t Record; 2],
    pub(in crate::keyed) policy: &'t P::Instance,
}

/// A key that was evicted.
pub(in crate::keyed) struct Evicted<P: PerKey> {
    pub(in crate::keyed) place: Place,
    pub(in crate::keyed) counted: P::Aggregate,
    /// It, and its policy; a key's code runs when it is dropped.
    pub(in crate::keyed) remains: Box<dyn Any + Send>,
}

/// What is shown of a key: its place, its text, and its policy.
pub(in crate::keyed) type See<'s, P> =
    &'s mut dyn FnMut(Place, &dyn Fn() -> String, &<P as PerKey>::Instance);

/// A table, whatever the type of its keys. All of it under the map's lock, but [`read`](Self::read) and
/// [`see`](Self::see).
pub(in crate::keyed) trait AnyTable<P: PerKey>: Any + Send + Sync {
    fn record(&self, place: Place) -> &Record;
    /// How many places its arrays with keys have.
    fn places(&self) -> u32;
    /// The place after this one in reading order, unless it was the last. Arrays without keys are skipped.
    fn next(&self, place: Place) -> Option<Place>;
    /// Whether the key there is idle, if there is one.
    fn is_idle(&self, place: Place) -> Option<bool>;
    /// Takes the key out, unless it is held, or `may` says no.
    fn evict(&self, place: Place, may: fn(&P::Instance) -> bool) -> Taken<Evicted<P>>;
    /// Goes on to move keys out of older arrays: looks at so many slots of each.
    fn move_some(&self, slots: u32, moved: &mut dyn FnMut(Moved<'_, P>));
    /// Shows the keys at the next [`PIECE`] places in reading order. Where to go on.
    fn read(&self, from: Place, see: See<'_, P>) -> Option<Place>;
    /// Shows the key at a place, if there is one.
    fn see(&self, place: Place, see: See<'_, P>);
}

impl<O: Debug + Send + Sync + 'static, P: PerKey> Table<O, P> {
    pub(in crate::keyed) fn new(number: u16, max_keys: u32) -> Self {
        let arrays = [const { OnceLock::new() }; ARRAYS];
        let (newest, shown) = (AtomicU32::new(0), OnceLock::new());
        Self { number, sizes: Sizes::of(max_keys), arrays, newest, shown }
    }

    /// How its keys are shown: so, if this is the first one.
    pub(in crate::keyed) fn shown(&self, shown: Shown<O>) -> Shown<O> {
        *self.shown.get_or_init(|| shown)
    }

    fn newest(&self) -> usize {
        self.newest.load(Acquire) as usize
    }

    /// The key's policy, held, if its key is where nearly all are.
    #[inline]
    pub(in crate::keyed) fn find<K: Key<Owned = O> + ?Sized>(
        &self,
        tag: Tag,
        key: &K,
    ) -> Option<(&Record, KeyedInstance<'_, P, O>)> {
        let found = self.arrays[self.newest()].get()?.find(tag, key)?;
        Some((found.record, found.instance))
    }

    /// The key's policy, held, wherever its key is.
    pub(in crate::keyed) fn search<K: Key<Owned = O> + ?Sized>(
        &self,
        tag: Tag,
        key: &K,
    ) -> Option<Found<'_, O, P>> {
        let mut arrays = self.arrays();
        arrays.find_map(|(number, array)| Some(self.found(number, array.find(tag, key)?)))
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are 32, with 2³² places at most")]
    fn place(&self, array: usize, slot: usize) -> Place {
        Place { table: self.number, array: array as u16, slot: slot as u32 }
    }

    fn found<'t>(&self, array: usize, found: array::Found<'t, O, P>) -> Found<'t, O, P> {
        let place = self.place(array, found.slot);
        Found { instance: found.instance, record: found.record, place }
    }

    /// The older ones first.
    fn arrays(&self) -> impl Iterator<Item = (usize, &Array<O, P>)> {
        self.arrays.iter().map_while(OnceLock::get).enumerate()
    }

    fn array(&self, number: usize) -> &Array<O, P> {
        self.arrays[number].get_or_init(|| Array::new(self.sizes.places(number)))
    }

    /// Puts a new key in, under the map's lock.
    #[allow(clippy::cast_possible_truncation, reason = "there are 32")]
    pub(in crate::keyed) fn insert(&self, tag: Tag, mut content: Content<O, P>) -> Found<'_, O, P> {
        loop {
            let newest = self.newest();
            match self.array(newest).put(tag, content) {
                Ok(found) => return self.found(newest, found),
                Err(back) => content = back,
            }
            self.array(newest + 1);
            self.newest.store(newest as u32 + 1, Release);
        }
    }

    fn at(&self, place: Place) -> (&Array<O, P>, usize) {
        (self.array(place.array.into()), place.slot as usize)
    }
}

impl<O: Debug + Send + Sync + 'static, P: PerKey> AnyTable<P> for Table<O, P> {
    fn record(&self, place: Place) -> &Record {
        let (array, slot) = self.at(place);
        &array.slot(slot).record
    }

    fn places(&self) -> u32 {
        self.arrays().map(|(_, array)| array.places_in_use()).fold(0, u32::saturating_add)
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are 32")]
    fn next(&self, place: Place) -> Option<Place> {
        let newest = self.newest() as u16;
        let (array, slot) = match place.array {
            array if array > newest => (newest, 0),
            array => (array, place.slot.wrapping_add(1)),
        };
        let keys = self.arrays[usize::from(array)].get().filter(|keys| keys.places_in_use() > 0);
        match keys.and_then(|keys| keys.next(slot as usize)) {
            Some(slot) => Some(self.place(array.into(), slot)),
            None if array == 0 => None,
            None => self.next(Place { array: array - 1, slot: u32::MAX, ..place }),
        }
    }

    fn is_idle(&self, place: Place) -> Option<bool> {
        let (array, slot) = self.at(place);
        array.slot_in_use(slot)?.hold().map(|instance| P::is_idle(&instance))
    }

    fn evict(&self, place: Place, may: fn(&P::Instance) -> bool) -> Taken<Evicted<P>> {
        let (array, slot) = self.at(place);
        let taken = array.take(slot, may);
        taken.map(|content| Evicted {
            place,
            counted: P::aggregate(&content.policy),
            remains: Box::new(content),
        })
    }

    fn move_some(&self, slots: u32, moved: &mut dyn FnMut(Moved<'_, P>)) {
        let newest = self.newest();
        for (number, array) in self.arrays().take(newest) {
            array.move_into(self.array(newest), slots, |slot, record, found| {
                found.record.take_over(record);
                let (from, to) = (self.place(number, slot), self.place(newest, found.slot));
                let records = [record, found.record];
                moved(Moved { from, to, records, policy: &found.instance });
            });
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are 32, with 2³² places at most")]
    fn read(&self, from: Place, see: See<'_, P>) -> Option<Place> {
        let number = from.array.min(self.newest() as u16);
        let first = if number == from.array { from.slot } else { 0 };
        let places = self.arrays[usize::from(number)].get().map_or(0, Array::places);
        let end = first.saturating_add(PIECE).min(places);
        let at = |slot| Place { table: self.number, array: number, slot };
        (first..end).for_each(|slot| self.see(at(slot), see));
        match number {
            _ if end < places => Some(at(end)),
            0 => None,
            _ => Some(Place { array: number - 1, ..at(0) }),
        }
    }

    fn see(&self, place: Place, see: See<'_, P>) {
        let (array, slot) = self.at(place);
        if let Some(instance) = array.slot_in_use(slot).and_then(Slot::hold) {
            let shown = self.shown.get().copied().unwrap_or(shown::by_debug);
            see(place, &|| shown(instance.key()), &instance);
        }
    }
}

/// How large arrays are: each four times the one before, so that one of them suits `max_keys`; twice from there on,
/// where calls in flight hold more.
struct Sizes {
    suits: usize,
    places: u32,
}

impl Sizes {
    fn of(max_keys: u32) -> Self {
        let places = max_keys.saturating_add(max_keys / 4).saturating_add(5).max(array::LEAST);
        let suits = (places / array::LEAST).ilog(4);
        Self { suits: suits as usize, places }
    }

    fn places(&self, array: usize) -> u32 {
        let places = u64::from(self.places);
        let places = if array <= self.suits {
            places >> (2 * (self.suits - array))
        } else {
            places << (array - self.suits)
        };
        places.try_into().unwrap_or(u32::MAX)
    }
}
