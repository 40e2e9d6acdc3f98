//! Places for keys, found by hash: a known key's is looked at in one piece of memory and without a lock.
//!
//! A key is put into the first vacant place from its home on, and stays there, for whoever holds it holds its place. How
//! far keys got from a home is written down there: nobody looks farther. Neighbours are often in memory already when the
//! first of them was not it, where places in a wider circle would have to be fetched.

use super::slot::{Content, KeyedInstance, Record, Slot, Tag, Taken};
use crate::keyed::instance::PerKey;
use crate::keyed::key::Key;
use crate::sync::{AtomicU32, Ordering::Relaxed};

/// So many places at least.
pub(in crate::keyed) const LEAST: u32 = 64;

pub(in crate::keyed) struct Array<O, P: PerKey> {
    slots: Box<[Slot<O, P>]>,
    keys: AtomicU32,
}

/// A key's place, held.
pub(in crate::keyed) struct Found<'a, O, P: PerKey> {
    pub(in crate::keyed) slot: usize,
    pub(in crate::keyed) record: &'a Record,
    pub(in crate::keyed) instance: KeyedInstance<'a, P, O>,
}

impl<O, P: PerKey> Array<O, P> {
    pub(in crate::keyed) fn new(places: u32) -> Self {
        let slots = (0..places).map(|_| Slot::vacant()).collect();
        Self { slots, keys: AtomicU32::new(0) }
    }

    /// Whether keys would get far from home with one more: then a fifth is vacant. A tighter array makes them go far, a
    /// wider one is slower for all: it takes more of the processor's cache.
    fn is_full(&self) -> bool {
        self.keys.load(Relaxed) as usize >= self.slots.len() / 5 * 4
    }

    #[allow(clippy::cast_possible_truncation, reason = "made of so many")]
    pub(in crate::keyed) fn places(&self) -> u32 {
        self.slots.len() as u32
    }

    pub(in crate::keyed) fn slot(&self, at: usize) -> &Slot<O, P> {
        &self.slots[at]
    }

    /// Those with keys.
    pub(in crate::keyed) fn taken(&self) -> impl Iterator<Item = (usize, &Slot<O, P>)> {
        self.slots.iter().enumerate().filter(|(_, slot)| slot.record.tag().is_some())
    }

    #[inline]
    fn home(&self, tag: Tag) -> usize {
        tag.home(self.slots.len())
    }

    /// All places in the order in which a key is looked for.
    fn way(&self, tag: Tag) -> impl Iterator<Item = usize> {
        let home = self.home(tag);
        (home..self.slots.len()).chain(0..home)
    }

    /// The key's place.
    #[inline]
    pub(in crate::keyed) fn find<K: Key<Owned = O> + ?Sized>(
        &self,
        tag: Tag,
        key: &K,
    ) -> Option<Found<'_, O, P>> {
        let home = self.home(tag);
        let end = self.slots[home].record.reach().saturating_add(home + 1);
        let Some(near) = self.slots.get(home..end) else { return self.find_anywhere(tag, key) };
        let mut places = (home..).zip(near);
        places.find_map(|(at, slot)| {
            slot.look_for(tag, key).map(|instance| found(at, slot, instance))
        })
    }

    /// The same past the last place, after which comes the first, and for homes whose keys may be anywhere.
    #[cold]
    #[inline(never)]
    fn find_anywhere<K: Key<Owned = O> + ?Sized>(
        &self,
        tag: Tag,
        key: &K,
    ) -> Option<Found<'_, O, P>> {
        let mut places = self.way(tag).take(self.reach(self.home(tag)) + 1);
        places.find_map(|at| {
            let slot = &self.slots[at];
            Some(found(at, slot, slot.look_for(tag, key)?))
        })
    }

    /// How many places after a home all of its keys have been seen.
    fn reach(&self, home: usize) -> usize {
        self.slots[home].record.reach().min(self.slots.len() - 1)
    }

    /// Puts a new key in, if there is room. Under the map's lock, as all that follows.
    pub(in crate::keyed) fn put(
        &self,
        tag: Tag,
        mut content: Content<O, P>,
    ) -> Result<Found<'_, O, P>, Content<O, P>> {
        if self.is_full() {
            return Err(content);
        }
        for (steps, at) in self.way(tag).enumerate() {
            let slot = &self.slots[at];
            if slot.record.tag().is_some() {
                continue;
            }
            match slot.fill(content) {
                Err(back) => content = back,
                Ok(instance) => {
                    slot.record.set_tag(Some(tag));
                    let home = &self.slots[self.home(tag)].record;
                    home.set_reach(home.reach().max(steps));
                    self.keys.fetch_add(1, Relaxed);
                    return Ok(found(at, slot, instance));
                }
            }
        }
        Err(content)
    }

    pub(in crate::keyed) fn take(
        &self,
        slot: usize,
        may: impl FnOnce(&P::Instance) -> bool,
    ) -> Taken<Content<O, P>> {
        let slot = &self.slots[slot];
        let taken = slot.take(may);
        if let (Taken::Out(_), Some(tag)) = (&taken, slot.record.tag()) {
            slot.record.set_tag(None);
            self.keys.fetch_sub(1, Relaxed);
            self.shorten(tag);
        }
        taken
    }

    /// A key has left its way: whoever looks for one of the same home need not look past the others.
    fn shorten(&self, tag: Tag) {
        let home = self.home(tag);
        let shares_home =
            |at: usize| self.slots[at].record.tag().is_some_and(|tag| self.home(tag) == home);
        let way = self.way(tag).enumerate().take(self.reach(home) + 1);
        let farthest = way.filter(|(_, at)| shares_home(*at)).last();
        self.slots[home].record.set_reach(farthest.map_or(0, |(steps, _)| steps));
    }

    /// Moves what nobody holds into a larger one, which has room for all.
    pub(in crate::keyed) fn move_into(&self, other: &Self) {
        for (at, Slot { record, .. }) in self.taken() {
            let Some(tag) = record.tag() else { continue };
            let aside = record.is_aside();
            let Taken::Out(content) = self.take(at, |_| true) else { continue };
            // Its way there may be taken by readers who come too late, as good as never.
            match other.put(tag, content).or_else(|content| self.put(tag, content)) {
                Ok(found) => found.record.succeed(record, aside),
                Err(_) => unreachable!("its own place is vacant"),
            }
        }
    }
}

#[inline]
fn found<'a, O, P: PerKey>(
    at: usize,
    slot: &'a Slot<O, P>,
    instance: KeyedInstance<'a, P, O>,
) -> Found<'a, O, P> {
    Found { slot: at, record: &slot.record, instance }
}
