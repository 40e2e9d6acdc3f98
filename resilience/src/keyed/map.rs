//! The look-up: shards behind read locks, so that known keys neither allocate nor wait for each other.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use hashbrown::{DefaultHashBuilder, HashTable};
use parking_lot::{Mutex, RwLock};

use super::entry::Entry;
use super::eviction::{Evictor, is_held};
use super::key::Key;
use super::{PerKey, Sum};

/// Enough that a few busy threads seldom meet.
const SHARDS: usize = 32;

type Shard<P> = RwLock<HashTable<Arc<Entry<P>>>>;

pub(super) struct Map<P: PerKey> {
    hasher: DefaultHashBuilder,
    shards: Box<[Shard<P>]>,
    keys: AtomicUsize,
    evicted: AtomicU64,
    looks: AtomicU64,
    /// Locked before any shard.
    evictor: Mutex<Evictor<P>>,
    /// What evicted keys had counted: sums over all keys must never shrink. Locked under the evictor.
    retired: Mutex<P::Sum>,
}

impl<P: PerKey> Map<P> {
    pub(super) fn new() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            keys: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
            looks: AtomicU64::new(0),
            evictor: Mutex::new(Evictor::new()),
            retired: Mutex::default(),
        }
    }

    /// The key's entry; a new one from `make` if there is none, at the cost of another when there are `max_keys`.
    pub(super) fn get<K: Key + ?Sized>(
        &self,
        key: &K,
        max_keys: u32,
        make: impl FnOnce() -> P,
    ) -> Arc<Entry<P>> {
        let hash = self.hasher.hash_one(key);
        let now = self.looks.fetch_add(1, Relaxed);
        match self.find(hash, key) {
            Some(entry) => {
                entry.touch(now);
                if entry.aside.load(Relaxed) {
                    self.evictor.lock().readmit(&entry);
                }
                entry
            }
            None => self.insert(hash, key, now, max_keys, make),
        }
    }

    fn find<K: Key + ?Sized>(&self, hash: u64, key: &K) -> Option<Arc<Entry<P>>> {
        self.shard(hash).read().find(hash, |entry| entry.key.is(key)).cloned()
    }

    #[cold]
    fn insert<K: Key + ?Sized>(
        &self,
        hash: u64,
        key: &K,
        now: u64,
        max_keys: u32,
        make: impl FnOnce() -> P,
    ) -> Arc<Entry<P>> {
        let mut evictor = self.evictor.lock();
        // Whoever held the lock before may have been faster.
        if let Some(entry) = self.find(hash, key) {
            return entry;
        }
        if self.keys.load(Relaxed) >= max_keys as usize {
            evictor.evict(|entry| self.remove(entry));
        }
        let entry = Arc::new(Entry::new(hash, key, make(), now));
        evictor.add(&entry);
        self.shard(hash).write().insert_unique(hash, Arc::clone(&entry), |entry| entry.hash);
        self.keys.fetch_add(1, Relaxed);
        entry
    }

    /// Takes an entry out, unless a call got hold of it meanwhile: under the write lock nobody can.
    fn remove(&self, entry: &Arc<Entry<P>>) -> bool {
        let mut shard = self.shard(entry.hash).write();
        if is_held(entry) {
            return false;
        }
        if let Ok(found) = shard.find_entry(entry.hash, |other| Arc::ptr_eq(other, entry)) {
            found.remove();
            let mut retired = self.retired.lock();
            *retired += entry.policy.sum();
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
        self.for_each(|entry| sum += entry.policy.sum());
        sum
    }

    pub(super) fn for_each(&self, mut f: impl FnMut(&Entry<P>)) {
        for shard in &self.shards {
            shard.read().iter().for_each(|entry| f(entry));
        }
    }

    /// The table uses the hash's upper and lower bits; these are from the middle.
    #[allow(clippy::cast_possible_truncation, reason = "only some of the bits are wanted")]
    fn shard(&self, hash: u64) -> &Shard<P> {
        &self.shards[(hash >> 32) as usize % SHARDS]
    }
}
