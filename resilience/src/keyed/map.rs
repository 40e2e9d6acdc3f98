//! The look-up: shards behind read locks, so that known keys neither allocate nor wait for each other.
//!
//! No code of a key's runs under a lock but its `Eq`: keys are hashed, cloned, shown and dropped outside.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, PoisonError};

use crossbeam_utils::sync::{ShardedLock, ShardedLockReadGuard, ShardedLockWriteGuard};
use hashbrown::{DefaultHashBuilder, HashTable};
use parking_lot::Mutex;

use super::entry::{Entry, Record, known, record_if};
use super::eviction::{Evictor, is_held};
use super::key::Key;
use super::recency::Recency;
use super::{PerKey, Sum};

/// Writers only: readers of one shard don't meet.
const SHARDS: usize = 16;

/// A lock of several, of which a reader takes its thread's own and a writer all: the counts of one lock's readers would
/// be what threads fight for.
struct Shard<P: PerKey>(ShardedLock<HashTable<Slot<P>>>);

/// The whole hash stands beside the pointer: other keys' entries are not looked at.
struct Slot<P: PerKey> {
    hash: u64,
    entry: Arc<Entry<P>>,
}

pub(super) struct Map<P: PerKey> {
    hasher: DefaultHashBuilder,
    shards: Box<[Shard<P>]>,
    recency: Recency,
    keys: AtomicUsize,
    evicted: AtomicU64,
    /// Locked before any shard.
    evictor: Mutex<Evictor<P>>,
    /// What evicted keys had counted: sums over all keys must never shrink. Locked under the evictor.
    retired: Mutex<P::Sum>,
}

impl<P: PerKey> Map<P> {
    pub(super) fn new(max_keys: u32) -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            shards: (0..SHARDS).map(|_| Shard::new()).collect(),
            recency: Recency::new(max_keys),
            keys: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
            evictor: Mutex::new(Evictor::new()),
            retired: Mutex::default(),
        }
    }

    /// The key's entry; a new one from `make` if there is none, at the cost of another when there are `max_keys`.
    #[inline]
    pub(super) fn get<K: Key + ?Sized>(
        &self,
        key: &K,
        max_keys: u32,
        make: impl FnOnce() -> P,
    ) -> Arc<Entry<P>> {
        let hash = self.hasher.hash_one(key);
        let shard = self.shard(hash);
        let now = self.recency.look(hash);
        match shard.find(hash, key, now) {
            Some((entry, false)) => entry,
            Some((entry, true)) => self.readmit(entry),
            None => self.insert(hash, known(hash, key, make(), now), key, max_keys),
        }
    }

    #[cold]
    #[inline(never)]
    fn readmit(&self, entry: Arc<Entry<P>>) -> Arc<Entry<P>> {
        self.evictor.lock().readmit(&entry);
        entry
    }

    #[cold]
    #[inline(never)]
    fn insert<K: Key + ?Sized>(
        &self,
        hash: u64,
        new: Arc<Entry<P>>,
        key: &K,
        max_keys: u32,
    ) -> Arc<Entry<P>> {
        let mut evictor = self.evictor.lock();
        let now = self.recency.step();
        // Whoever held the lock before may have been faster.
        if let Some((entry, _)) = self.shard(hash).find(hash, key, now) {
            return entry;
        }
        new.record().touch(now);
        let full = self.keys.load(Relaxed) >= max_keys as usize;
        let evicted = if full { evictor.evict(&mut |entry| self.remove(entry)) } else { None };
        evictor.add(&new);
        let slot = Slot { hash, entry: Arc::clone(&new) };
        self.shard(hash).write().insert_unique(hash, slot, |slot| slot.hash);
        self.keys.fetch_add(1, Relaxed);
        drop(evictor);
        drop(evicted);
        new
    }

    /// Takes an entry out, unless a call got hold of it meanwhile: under the write lock nobody can.
    fn remove(&self, entry: &Arc<Entry<P>>) -> bool {
        let hash = entry.hash();
        let mut table = self.shard(hash).write();
        if is_held(entry) {
            return false;
        }
        if let Ok(found) = table.find_entry(hash, |other| Arc::ptr_eq(&other.entry, entry)) {
            found.remove();
            let mut retired = self.retired.lock();
            *retired += entry.policy().sum();
            retired.forget_the_present();
            self.keys.fetch_sub(1, Relaxed);
            self.evicted.fetch_add(1, Relaxed);
        }
        true
    }

    pub(super) fn len(&self) -> usize {
        self.keys.load(Relaxed)
    }

    pub(super) fn evicted(&self) -> u64 {
        self.evicted.load(Relaxed)
    }

    /// What all keys have counted, ever. Meanwhile none is evicted: it would be missed, or counted twice.
    pub(super) fn sum(&self) -> P::Sum {
        let _no_eviction = self.evictor.lock();
        let mut sum = self.retired.lock().clone();
        self.for_each(|entry| sum += entry.policy().sum());
        sum
    }

    pub(super) fn for_each(&self, mut f: impl FnMut(&Arc<Entry<P>>)) {
        for shard in &self.shards {
            shard.read().iter().for_each(|slot| f(&slot.entry));
        }
    }

    /// The table uses the hash's upper and lower bits; these are from the middle.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "only some of the bits are wanted")]
    fn shard(&self, hash: u64) -> &Shard<P> {
        &self.shards[(hash >> 32) as usize % SHARDS]
    }
}

impl<P: PerKey> Shard<P> {
    fn new() -> Self {
        Self(ShardedLock::default())
    }

    /// A key's `Eq` may panic under it, which leaves the table as it was.
    #[inline]
    fn read(&self) -> ShardedLockReadGuard<'_, HashTable<Slot<P>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> ShardedLockWriteGuard<'_, HashTable<Slot<P>>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key's entry, touched, and whether eviction has set it aside.
    #[inline]
    fn find<K: Key + ?Sized>(&self, hash: u64, key: &K, now: u64) -> Option<(Arc<Entry<P>>, bool)> {
        let mut aside = false;
        let table = self.read();
        let slot = table.find(hash, |slot| {
            let Some(record) = slot.record_if(hash, key) else { return false };
            record.touch(now);
            aside = record.aside.load(Relaxed);
            true
        })?;
        Some((Arc::clone(&slot.entry), aside))
    }
}

impl<P: PerKey> Slot<P> {
    #[inline]
    fn record_if<K: Key + ?Sized>(&self, hash: u64, key: &K) -> Option<&Record> {
        if self.hash == hash { record_if(&*self.entry, key) } else { None }
    }
}
