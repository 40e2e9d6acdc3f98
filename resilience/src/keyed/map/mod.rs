//! The map: known keys are found without a lock; new ones come, and others are evicted for them, one at a time.
//!
//! [`slot`] one key, [`record`] what is known of it without a look inside; [`array`] slots found by hash, without a lock; [`table`] keys of one type; [`tables`] all of them ·
//! [`place`] where a key is · [`recency`] when it was used · [`eviction`] which key makes room when the map is full, over
//! [`queue`]s of candidates · [`readers`] sums over all keys, read in pieces.
//!
//! Of a key's own code only its `Eq` runs under the map's lock: keys are hashed, cloned, shown and dropped outside.

pub(in crate::keyed) mod array;
mod eviction;
mod place;
mod queue;
mod readers;
mod recency;
pub(in crate::keyed) mod record;
pub(in crate::keyed) mod slot;
mod table;
mod tables;

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Release};

use self::eviction::Evictor;
pub(super) use self::place::Place;
use self::readers::Readers;
use self::recency::Recency;
use self::record::Tag;
use self::slot::Content;
pub use self::slot::KeyedInstance;
use self::table::{See, Table};
use self::tables::Tables;
use super::aggregate::Aggregate as _;
use super::instance::PerKey;
use super::key::Key;
use crate::mode::Mode;
use crate::problem::Problem;
use crate::sync::Mutex;

/// How many keys one new key evicts at most: there are more than `max_keys` after that many calls were in flight.
const MOST_EVICTED: usize = 16;

pub(super) struct Map<P: PerKey> {
    /// What the policies of keys are made from.
    template: P::Template,
    max_keys: u32,
    tables: Tables<P>,
    recency: Recency,
    /// How many keys came, ever.
    inserted: AtomicU64,
    evicted: AtomicU64,
    /// How often keys moved because there was no room.
    moves: AtomicU64,
    /// Locked while keys come and go.
    books: Mutex<Books<P>>,
}

struct Books<P: PerKey> {
    evictor: Evictor,
    /// What evicted keys had counted: sums over all keys must never shrink.
    retired: P::Aggregate,
    readers: Readers<P>,
}

impl<P: PerKey> Map<P> {
    pub(super) fn new(template: P::Template, max_keys: u32) -> Self {
        Self {
            template,
            max_keys,
            tables: Tables::new(max_keys),
            recency: Recency::new(max_keys),
            inserted: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
            moves: AtomicU64::new(0),
            books: Mutex::new(Books {
                evictor: Evictor::new(),
                retired: P::Aggregate::default(),
                readers: Readers::new(),
            }),
        }
    }

    /// The key's policy; a new one if there is none, at the cost of another when there are `max_keys`.
    #[inline]
    pub(super) fn get<K: Key + ?Sized>(&self, key: &K) -> KeyedInstance<'_, P, K::Owned> {
        let hash = self.tables.hash(key);
        let now = self.recency.look(hash);
        let (table, tag) = (self.tables.of::<K>(), Tag::of(hash));
        match table.find(tag, key) {
            Some((record, instance)) => {
                record.touch(now);
                instance
            }
            None => self.search(table, tag, key, now),
        }
    }

    /// Finds a key that stayed behind when others moved.
    #[cold]
    #[inline(never)]
    fn search<'m, K: Key + ?Sized>(
        &self,
        table: &'m Table<K::Owned, P>,
        tag: Tag,
        key: &K,
        now: u64,
    ) -> KeyedInstance<'m, P, K::Owned> {
        let Some(found) = table.search(tag, key) else { return self.insert(table, tag, key) };
        found.record.touch(now);
        found.instance
    }

    fn insert<'m, K: Key + ?Sized>(
        &self,
        table: &'m Table<K::Owned, P>,
        tag: Tag,
        key: &K,
    ) -> KeyedInstance<'m, P, K::Owned> {
        let content = Content { key: key.to_owned(), policy: P::instance(&self.template) };
        // Dropped after the lock is released, because a key's code runs.
        let mut evicted = Vec::new();
        let mut books = self.books.lock();
        // Under the lock: whoever changes the template then waits for it, and finds this key in the map. A policy of a
        // new key has had no other options, so there is room for these.
        let _ = P::refresh(&self.template, &content.policy);
        let now = self.recency.step();
        // Another call may have been faster.
        if let Some(found) = table.search(tag, key) {
            found.record.touch(now);
            return found.instance;
        }
        self.make_room(&mut books, now, &mut evicted);
        let (found, others_moved) = table.insert(tag, content);
        found.record.touch(now);
        if others_moved {
            self.moves.fetch_add(1, Release);
            books.evictor.start_over(&self.tables, now);
        } else {
            books.evictor.add(found.place, found.record, now);
        }
        self.inserted.fetch_add(1, Release);
        found.instance
    }

    fn make_room(&self, books: &mut Books<P>, now: u64, remains: &mut Vec<Box<dyn Any + Send>>) {
        books.evictor.classify(&self.tables, now);
        for _ in 0..MOST_EVICTED {
            if self.len() < self.max_keys as usize {
                break;
            }
            let Some(evicted) = books.evictor.evict(&self.tables, now) else { break };
            self.evicted.fetch_add(1, Release);
            let mut counted = evicted.counted;
            counted.clear_present();
            books.readers.on_eviction(evicted.place, &counted);
            books.retired += counted;
            remains.push(evicted.remains);
        }
    }

    /// Gives every key's policy other options, and another mode.
    pub(super) fn update(&self, config: &P::Config, mode: Mode) -> Result<(), Problem> {
        P::update(&self.template, config, mode);
        // Keys that come from now on have them.
        drop(self.books.lock());
        let mut result = Ok(());
        self.for_each(&mut |policy| {
            if let Err(problem) = P::refresh(&self.template, policy) {
                result = Err(problem);
            }
        });
        result
    }

    /// Shows the policy of every key, of some twice: those that moved meanwhile are looked for again.
    pub(super) fn for_each(&self, see: &mut dyn FnMut(&P::Instance)) {
        loop {
            let (moves, mut next) = (self.moves.load(Acquire), Some(Place::FIRST));
            while let Some(place) = next {
                next = self.read(place, &mut |_, _, policy| see(policy));
            }
            if self.moves.load(Acquire) == moves {
                break;
            }
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "as many as memory holds")]
    pub(super) fn len(&self) -> usize {
        // In this order: a key is counted before it can go.
        let evicted = self.evicted();
        (self.inserted.load(Acquire) - evicted) as usize
    }

    pub(super) fn evicted(&self) -> u64 {
        self.evicted.load(Acquire)
    }

    /// Begins to add up what all keys have counted, ever. The reader's number.
    pub(super) fn begin_reading(&self) -> u64 {
        let mut books = self.books.lock();
        let evicted = books.retired.clone();
        books.readers.begin(evicted)
    }

    /// Reads one more piece. Whether there is another.
    pub(super) fn read_aggregate(&self, reader: u64) -> bool {
        self.books.lock().readers.read(reader, &self.tables)
    }

    pub(super) fn end_reading(&self, reader: u64) -> Option<P::Aggregate> {
        self.books.lock().readers.end(reader)
    }

    #[cfg(test)]
    pub(super) fn steps(&self) -> u64 {
        self.books.lock().evictor.steps
    }

    #[cfg(test)]
    pub(super) fn readers(&self) -> usize {
        self.books.lock().readers.len()
    }

    /// Shows one piece of the policies, while none is evicted or moved. Where to go on.
    pub(super) fn read_locked(
        &self,
        from: Place,
        see: &mut dyn FnMut(Place, &P::Instance),
    ) -> Option<Place> {
        let _books = self.books.lock();
        self.tables.read(from, &mut |place, _, policy| see(place, policy))
    }

    /// Shows one piece of the keys, while others come and go. Where to go on.
    pub(super) fn read(&self, from: Place, see: See<'_, P>) -> Option<Place> {
        self.tables.read(from, see)
    }

    /// Shows the key at a place, if there is one.
    pub(super) fn see(&self, place: Place, see: See<'_, P>) {
        self.tables.at(place).see(place, see);
    }
}
