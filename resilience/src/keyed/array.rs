//! Places for keys, found by hash: a known key's is looked at in one piece of memory and without a lock.
//!
//! A key is put into the first vacant place on its way: home, then 1, 3, 6, 10, … further. It stays there, for whoever
//! holds it holds its place. How far keys got from a home is written down there: no way is followed farther. Keys with
//! one and the same hash have one and the same way: when it gets very long, it leads to all places, one after the other.

use super::PerKey;
use super::key::Key;
use super::slot::{Content, KeyedInstance, Record, Slot, Tag, Taken};
use crate::sync::{AtomicU32, Ordering::Relaxed};

/// So many places at least, so that no step of a way is longer than a round.
pub(super) const LEAST: u32 = 64;
const _: () = assert!(Record::ANYWHERE <= LEAST as usize);

pub(super) struct Array<O, P: PerKey> {
    slots: Box<[Slot<O, P>]>,
    keys: AtomicU32,
}

/// A key's place, held.
pub(super) struct Found<'a, O, P: PerKey> {
    pub(super) slot: usize,
    pub(super) record: &'a Record,
    pub(super) instance: KeyedInstance<'a, P, O>,
}

impl<O, P: PerKey> Array<O, P> {
    pub(super) fn new(places: u32) -> Self {
        let slots = (0..places).map(|_| Slot::vacant()).collect();
        Self { slots, keys: AtomicU32::new(0) }
    }

    /// Whether ways would become long with one more: then a quarter is vacant.
    fn is_full(&self) -> bool {
        self.keys.load(Relaxed) as usize >= self.slots.len() / 4 * 3
    }

    pub(super) fn slot(&self, at: usize) -> &Slot<O, P> {
        &self.slots[at]
    }

    /// Those with keys.
    pub(super) fn taken(&self) -> impl Iterator<Item = (usize, &Slot<O, P>)> {
        self.slots.iter().enumerate().filter(|(_, slot)| slot.record.tag().is_some())
    }

    #[inline]
    fn home(&self, tag: Tag) -> usize {
        tag.home(self.slots.len())
    }

    /// After how many steps a way has been to all places.
    fn whole_way(&self) -> usize {
        Record::ANYWHERE + self.slots.len()
    }

    /// After how many steps all keys of a home have been seen.
    #[inline]
    fn reach(&self, home: usize) -> usize {
        match self.slots[home].record.reach() {
            Record::ANYWHERE => self.whole_way(),
            steps => steps,
        }
    }

    /// Where a key may be, and after how many steps.
    fn way(&self, tag: Tag) -> impl Iterator<Item = (usize, usize)> {
        let mut way = Way::from(self.home(tag), self.slots.len());
        (0..=self.whole_way()).map(move |_| {
            let here = (way.steps, way.at);
            way.step();
            here
        })
    }

    /// The key's place.
    #[inline]
    pub(super) fn find<K: Key<Owned = O> + ?Sized>(
        &self,
        tag: Tag,
        key: &K,
    ) -> Option<Found<'_, O, P>> {
        let slots = &*self.slots;
        let mut way = Way::from(tag.home(slots.len()), slots.len());
        let reach = self.reach(way.at);
        loop {
            let Slot { record, .. } = &slots[way.at];
            if record.has(tag)
                && let Some(instance) = slots[way.at].hold_for(key)
            {
                return Some(Found { slot: way.at, record, instance });
            }
            if way.steps >= reach {
                return None;
            }
            way.step();
        }
    }

    /// Puts a new key in, if there is room. Under the map's lock, as all that follows.
    pub(super) fn put(
        &self,
        tag: Tag,
        mut content: Content<O, P>,
    ) -> Result<Found<'_, O, P>, Content<O, P>> {
        if self.is_full() {
            return Err(content);
        }
        for (steps, at) in self.way(tag) {
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
                    return Ok(Found { slot: at, record: &slot.record, instance });
                }
            }
        }
        Err(content)
    }

    pub(super) fn take(
        &self,
        slot: usize,
        may: impl FnOnce(&P::Kept) -> bool,
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
        let near = || self.way(tag).take(Record::ANYWHERE);
        let is_near = |at: usize| near().any(|(_, other)| other == at);
        let record = &self.slots[home].record;
        let anywhere = record.reach() == Record::ANYWHERE;
        if anywhere && self.taken().any(|(at, _)| shares_home(at) && !is_near(at)) {
            return;
        }
        let way = near().take(record.reach() + 1);
        let farthest = way.filter(|(_, at)| shares_home(*at)).map(|(steps, _)| steps).last();
        record.set_reach(farthest.unwrap_or(0));
    }

    /// Moves what nobody holds into a larger one, which has room for all.
    pub(super) fn move_into(&self, other: &Self) {
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

/// The way that a key is looked for on.
struct Way {
    at: usize,
    steps: usize,
    places: usize,
}

impl Way {
    #[inline]
    const fn from(home: usize, places: usize) -> Self {
        Self { at: home, steps: 0, places }
    }

    /// Each step is one place longer than the one before; from where a key may be anywhere, it goes to the next place.
    #[inline]
    const fn step(&mut self) {
        self.steps += 1;
        self.at += if self.steps < Record::ANYWHERE { self.steps } else { 1 };
        if self.at >= self.places {
            self.at -= self.places;
        }
    }
}
