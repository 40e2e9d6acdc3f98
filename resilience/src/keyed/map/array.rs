//! Slots for keys, found by hash: a known key is found in one piece of memory and without a lock.
//!
//! A key is put into the first vacant slot of its probe sequence, which begins at its home and goes on slot by slot, and
//! stays there as long as a call holds it. Its home's record says how far to probe. Neighbouring slots are often in the
//! processor's cache already, where slots farther off would have to be fetched.

use super::chunks::Chunks;
use super::record::{Record, Tag};
use super::slot::{Content, KeyedInstance, Slot, Taken};
use crate::keyed::instance::PerKey;
use crate::keyed::key::Key;
use crate::sync::{AtomicU32, Ordering::Relaxed};

/// So many slots at least.
pub(in crate::keyed) const LEAST: u32 = 64;

pub(in crate::keyed) struct Array<O, P: PerKey> {
    slots: Chunks<Slot<O, P>>,
    keys: AtomicU32,
    /// Where moving into a larger array goes on.
    hand: AtomicU32,
}

/// A key's slot, pinned.
pub(in crate::keyed) struct Found<'a, O, P: PerKey> {
    pub(in crate::keyed) slot: usize,
    pub(in crate::keyed) record: &'a Record,
    pub(in crate::keyed) instance: KeyedInstance<'a, P, O>,
}

impl<O, P: PerKey> Array<O, P> {
    pub(in crate::keyed) fn new(places: u32) -> Self {
        let slots = Chunks::new(places as usize);
        Self { slots, keys: AtomicU32::new(0), hand: AtomicU32::new(0) }
    }

    /// Whether keys would get far from home with one more: then a fifth is vacant. A tighter array makes probe sequences
    /// long, a wider one is slower for all: it takes more of the processor's cache.
    fn is_full(&self) -> bool {
        self.keys.load(Relaxed) as usize >= self.slots.len() / 5 * 4
    }

    #[allow(clippy::cast_possible_truncation, reason = "made of so many")]
    pub(in crate::keyed) fn places(&self) -> u32 {
        self.slots.len() as u32
    }

    /// How many places there are to look at: none if there is no key.
    pub(in crate::keyed) fn places_in_use(&self) -> u32 {
        if self.keys.load(Relaxed) == 0 { 0 } else { self.places() }
    }

    pub(in crate::keyed) fn slot(&self, at: usize) -> &Slot<O, P> {
        self.slots.get_or_make(at, Slot::vacant)
    }

    /// The same, unless no key was ever near it.
    pub(in crate::keyed) fn slot_in_use(&self, at: usize) -> Option<&Slot<O, P>> {
        self.slots.get(at)
    }

    /// The first slot from there on that keys may be in.
    pub(in crate::keyed) fn next(&self, at: usize) -> Option<usize> {
        self.slots.next_made(at)
    }

    #[inline]
    fn home(&self, tag: Tag) -> usize {
        tag.home(self.slots.len())
    }

    /// All slots in the order in which a key is looked for.
    fn probe_sequence(&self, tag: Tag) -> impl Iterator<Item = usize> {
        let home = self.home(tag);
        (home..self.slots.len()).chain(0..home)
    }

    /// The key's slot.
    #[inline]
    pub(in crate::keyed) fn find<K: Key<Owned = O> + ?Sized>(
        &self,
        tag: Tag,
        key: &K,
    ) -> Option<Found<'_, O, P>> {
        let home = self.home(tag);
        let slots = self.slots.from(home)?;
        let end = slots.first()?.record.max_probe().saturating_add(1);
        let near = slots.get(..end).unwrap_or(slots);
        let mut places = (home..).zip(near);
        let found = places
            .find_map(|(at, slot)| slot.probe(tag, key).map(|instance| found(at, slot, instance)));
        match found {
            None if near.len() < end => self.find_farther(tag, key, near.len()),
            found => found,
        }
    }

    /// The same past the end of a chunk. After the last slot comes the first.
    #[cold]
    #[inline(never)]
    fn find_farther<K: Key<Owned = O> + ?Sized>(
        &self,
        tag: Tag,
        key: &K,
        probed: usize,
    ) -> Option<Found<'_, O, P>> {
        let mut places =
            self.probe_sequence(tag).take(self.max_probe(self.home(tag)) + 1).skip(probed);
        places.find_map(|at| {
            let slot = self.slots.get(at)?;
            Some(found(at, slot, slot.probe(tag, key)?))
        })
    }

    /// How many slots after a home all of its keys have been seen.
    fn max_probe(&self, home: usize) -> usize {
        self.slot(home).record.max_probe().min(self.slots.len() - 1)
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
        for (steps, at) in self.probe_sequence(tag).enumerate() {
            let slot = self.slot(at);
            if slot.record.tag().is_some() {
                continue;
            }
            match slot.fill(content) {
                Err(back) => content = back,
                Ok(instance) => {
                    slot.record.set_tag(Some(tag));
                    let home = &self.slot(self.home(tag)).record;
                    home.set_max_probe(home.max_probe().max(steps));
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
        let slot = self.slot(slot);
        let taken = slot.take(may);
        if let (Taken::Out(_), Some(tag)) = (&taken, slot.record.tag()) {
            slot.record.set_tag(None);
            self.keys.fetch_sub(1, Relaxed);
            self.shorten(tag);
        }
        taken
    }

    /// A key has left: those of the same home are probed for no farther than the others are.
    fn shorten(&self, tag: Tag) {
        let home = self.home(tag);
        let tag_at = |at: usize| self.slots.get(at).and_then(|slot| slot.record.tag());
        let shares_home = |at: usize| tag_at(at).is_some_and(|tag| self.home(tag) == home);
        let sequence = self.probe_sequence(tag).enumerate().take(self.max_probe(home) + 1);
        let farthest = sequence.filter(|(_, at)| shares_home(*at)).last();
        self.slot(home).record.set_max_probe(farthest.map_or(0, |(steps, _)| steps));
    }

    /// Goes on to move keys that no call holds into a larger array, from slot to slot and around again. Says which moved.
    #[allow(clippy::cast_possible_truncation, reason = "less than the number of places")]
    pub(in crate::keyed) fn move_into<'l>(
        &self,
        larger: &'l Self,
        slots: u32,
        mut moved: impl FnMut(usize, &Record, Found<'l, O, P>),
    ) {
        for _ in 0..slots.min(self.places_in_use()) {
            let next = self.hand.load(Relaxed) as usize;
            let Some(at) = self.next(next).or_else(|| self.next(0)) else { return };
            self.hand.store(at as u32 + 1, Relaxed);
            let record = &self.slot(at).record;
            let Some(tag) = record.tag() else { continue };
            let Taken::Out(content) = self.take(at, |_| true) else { continue };
            match larger.put(tag, content) {
                Ok(found) => moved(at, record, found),
                Err(content) => self.put_back(tag, content),
            }
        }
    }

    /// Its own slot is vacant at least.
    fn put_back(&self, tag: Tag, content: Content<O, P>) {
        assert!(self.put(tag, content).is_ok(), "a key was just taken out");
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
