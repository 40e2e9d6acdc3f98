//! The map: known keys are found without a lock; new ones come, and others have to go for them, one at a time.
//!
//! No code of a key's runs under a lock but its `Eq`: keys are hashed, cloned, shown and dropped outside.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Release};

use parking_lot::Mutex;

use super::entry::Entry;
use super::eviction::Evictor;
use super::key::Key;
use super::recency::Recency;
use super::table::{Guard, Table};
use super::tables::Tables;
use super::{PerKey, Sum};

pub(super) struct Map<P: PerKey> {
    /// What the policies of keys are made from.
    model: P::Model,
    max_keys: u32,
    tables: Tables<P>,
    recency: Recency,
    /// How many keys came, ever.
    inserted: AtomicU64,
    evicted: AtomicU64,
    /// Locked while keys come and go.
    evictor: Mutex<Evictor<P>>,
    /// What evicted keys had counted: sums over all keys must never shrink. Locked under the evictor.
    retired: Mutex<P::Sum>,
}

impl<P: PerKey> Map<P> {
    pub(super) fn new(model: P::Model, max_keys: u32) -> Self {
        Self {
            model,
            max_keys,
            tables: Tables::new(),
            recency: Recency::new(max_keys),
            inserted: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
            evictor: Mutex::new(Evictor::new()),
            retired: Mutex::default(),
        }
    }

    /// The key's entry; a new one if there is none, at the cost of another when there are `max_keys`.
    #[inline]
    pub(super) fn get<K: Key + ?Sized>(&self, key: &K) -> Arc<Entry<P>> {
        let hash = self.tables.hash(key);
        let now = self.recency.look(hash);
        let table = self.tables.of::<K>();
        match table.find(hash, key, &self.tables.guard()) {
            Some(entry) if entry.record.touch(now) || self.readmit(&entry) => entry,
            _ => self.insert(table, hash, key),
        }
    }

    /// Takes back what eviction had set aside, unless that was faster: then it is gone by now.
    #[cold]
    #[inline(never)]
    fn readmit(&self, entry: &Arc<Entry<P>>) -> bool {
        self.evictor.lock().readmit(entry)
    }

    #[cold]
    #[inline(never)]
    fn insert<K: Key + ?Sized>(
        &self,
        table: &Table<K::Owned, P>,
        hash: u64,
        key: &K,
    ) -> Arc<Entry<P>> {
        let (owned, new) = (key.to_owned(), Entry::new(hash, P::instance(&self.model)));
        // It ends after the lock.
        let guard = self.tables.guard();
        let mut evictor = self.evictor.lock();
        let now = self.recency.step();
        // Whoever held the lock before may have been faster.
        if let Some(entry) = table.find(hash, key, &guard) {
            entry.record.touch(now);
            evictor.readmit(&entry);
            return entry;
        }
        new.record.touch(now);
        self.make_room(&mut evictor, now, &guard);
        evictor.add(&new);
        table.insert(owned, &new, &guard);
        self.inserted.fetch_add(1, Release);
        new
    }

    fn make_room(&self, evictor: &mut Evictor<P>, now: u64, guard: &Guard<'_>) {
        while self.len() >= self.max_keys as usize {
            let Some(entry) = evictor.evict(now) else { break };
            self.tables.remove(&entry, guard);
            self.evicted.fetch_add(1, Release);
            let mut retired = self.retired.lock();
            *retired += P::sum(&entry.policy);
            retired.forget_the_present();
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

    /// What all keys have counted, ever. Meanwhile none is evicted: it would be missed, or counted twice.
    pub(super) fn sum(&self) -> P::Sum {
        let _guard = self.tables.guard();
        let _no_eviction = self.evictor.lock();
        let mut sum = self.retired.lock().clone();
        self.for_each(|_, entry| sum += P::sum(&entry.policy));
        sum
    }

    pub(super) fn for_each(&self, see: impl FnMut(&dyn Debug, &Entry<P>)) {
        self.tables.for_each(see);
    }
}
