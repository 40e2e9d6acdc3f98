//! The map: known keys are found without a lock; new ones come, and others are evicted for them, one at a time.
//!
//! [`slot`] one key, [`record`] what is known of it without a look inside; [`array`] slots found by hash, without a lock, made in [`chunks`]; [`table`] keys of one type; [`tables`] all of them ·
//! [`place`] where a key is · [`recency`] when it was used · [`eviction`] which key makes room when the map is full, over
//! [`queue`]s of candidates and a [`sample`] · [`reading`] all keys, piece by piece, with [`readers`] of sums.
//!
//! Of a key's own code only its `Eq` runs under the map's lock: keys are hashed, cloned, shown and dropped outside.

pub(in crate::keyed) mod array;
mod chunks;
#[cfg(feature = "test-util")]
mod clearing;
mod eviction;
mod place;
mod queue;
mod readers;
mod reading;
mod recency;
pub(in crate::keyed) mod record;
mod sample;
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
use self::table::Table;
use self::tables::Tables;
use super::aggregate::Aggregate as _;
use super::instance::PerKey;
use super::key::Key;
use super::shown::Shown;
use crate::mode::Mode;
use crate::problem::Problem;
use crate::sync::Mutex;

/// How many keys one new key evicts at most: there are more than `max_keys` after that many calls were in flight.
const MOST_EVICTED: usize = 16;

/// At how many slots of an array that became too small a new key looks for keys to move: the array is empty long before the
/// next one is full.
const SLOTS_MOVED: u32 = 16;

pub(super) struct Map<P: PerKey> {
    /// What the policies of keys are made from.
    template: P::Template,
    max_keys: u32,
    tables: Tables<P>,
    recency: Recency,
    /// How many keys came, ever.
    inserted: AtomicU64,
    evicted: AtomicU64,
    /// Locked while keys come and go.
    books: Mutex<Books<P>>,
}

struct Books<P: PerKey> {
    evictor: Evictor,
    /// What evicted keys had counted: sums over all keys must never shrink.
    retired: P::Aggregate,
    readers: Readers<P>,
    /// How many keys moved, ever.
    moves: u64,
}

impl<P: PerKey> Books<P> {
    /// Goes on to move keys out of arrays that became too small.
    fn move_some(&mut self, tables: &Tables<P>, now: u64) {
        for table in tables.iter() {
            table.move_some(SLOTS_MOVED, &mut |moved| {
                self.readers.on_move(&moved);
                self.evictor.on_move(&moved, now);
                self.moves += 1;
            });
        }
    }
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
            books: Mutex::new(Books {
                evictor: Evictor::new(),
                retired: P::Aggregate::default(),
                readers: Readers::new(),
                moves: 0,
            }),
        }
    }

    /// The key's policy; a new one if there is none, at the cost of another when there are `max_keys`.
    #[inline]
    pub(super) fn get<K: Key + ?Sized>(
        &self,
        key: &K,
        shown: Shown<K::Owned>,
    ) -> KeyedInstance<'_, P, K::Owned> {
        let hash = self.tables.hash(key);
        let now = self.recency.look(hash);
        let (table, tag) = (self.tables.of::<K>(), Tag::of(hash));
        match table.find(tag, key) {
            Some((record, instance)) => {
                record.touch(now);
                instance
            }
            None => self.search(table, tag, (key, shown), now),
        }
    }

    /// Finds a key that has not moved yet, and helps with moving.
    #[cold]
    #[inline(never)]
    fn search<'m, K: Key + ?Sized>(
        &self,
        table: &'m Table<K::Owned, P>,
        tag: Tag,
        (key, shown): (&K, Shown<K::Owned>),
        now: u64,
    ) -> KeyedInstance<'m, P, K::Owned> {
        let Some(found) = table.search(tag, key) else {
            return self.insert(table, tag, key, shown);
        };
        found.record.touch(now);
        let Some(mut books) = self.books.try_lock() else { return found.instance };
        // A key that is held doesn't move.
        drop(found.instance);
        books.move_some(&self.tables, now);
        drop(books);
        match table.search(tag, key) {
            Some(found) => found.instance,
            None => self.insert(table, tag, key, shown),
        }
    }

    fn insert<'m, K: Key + ?Sized>(
        &self,
        table: &'m Table<K::Owned, P>,
        tag: Tag,
        key: &K,
        shown: Shown<K::Owned>,
    ) -> KeyedInstance<'m, P, K::Owned> {
        let content = self.content(key, table.shown(shown));
        // Dropped after the lock is released, because a key's code runs.
        let mut evicted = Vec::new();
        let mut books = self.books.lock();
        // Under the lock: a change of the template then waits for it, and finds this key in the map. A policy of a
        // new key has had no other options, so there is room for these.
        let _ = P::refresh(&self.template, &content.policy);
        let now = self.recency.step();
        // Another call may have been faster.
        if let Some(found) = table.search(tag, key) {
            found.record.touch(now);
            return found.instance;
        }
        self.make_room(&mut books, now, &mut evicted);
        let found = table.insert(tag, content);
        found.record.touch(now);
        books.evictor.add(found.place, found.record, now);
        self.inserted.fetch_add(1, Release);
        books.move_some(&self.tables, now);
        found.instance
    }

    fn content<K: Key + ?Sized>(&self, key: &K, shown: Shown<K::Owned>) -> Content<K::Owned, P> {
        let key = key.to_owned();
        let policy = P::instance(&self.template, &|| shown(&key));
        Content { key, policy }
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

    #[allow(clippy::cast_possible_truncation, reason = "as many as memory holds")]
    pub(super) fn len(&self) -> usize {
        // In this order: a key is counted before it can go.
        let evicted = self.evicted();
        (self.inserted.load(Acquire) - evicted) as usize
    }

    pub(super) fn evicted(&self) -> u64 {
        self.evicted.load(Acquire)
    }
}
