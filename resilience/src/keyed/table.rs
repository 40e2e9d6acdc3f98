//! The keys of one type, looked up without a lock, each hashed once.
//!
//! The table itself is `papaya`'s. A reader writes nothing that another one reads, so that the memory of one look-up is
//! on its way while the one before it still waits for its own. What has been taken out is freed when no reader can see
//! it any more, by whoever notices: a key may be dropped when any [`Guard`] ends. So guards end under no lock of ours.

use std::any::Any;
use std::borrow::Borrow;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use papaya::{Equivalent, HashSet, ResizeMode};
use seize::Collector;

use super::PerKey;
use super::entry::Entry;
use super::key::Key;

/// Keeps what its thread sees of the tables from being freed.
pub(super) type Guard<'t> = seize::LocalGuard<'t>;

/// The table of owned keys `O`.
pub(super) struct Table<O, P: PerKey>(HashSet<Slot<O, P>, AsGiven>);

/// A table, whatever the type of its keys.
pub(super) trait AnyTable<P: PerKey>: Any + Send + Sync {
    /// Whether it was there.
    fn remove(&self, entry: &Arc<Entry<P>>, guard: &Guard<'_>) -> bool;
    fn for_each(&self, guard: &Guard<'_>, see: &mut dyn FnMut(&dyn Debug, &Entry<P>));
}

impl<O: Debug + Send + Sync + 'static, P: PerKey> Table<O, P> {
    pub(super) fn new(collector: &Arc<Collector>) -> Self {
        let table = HashSet::builder().shared_collector(Arc::clone(collector)).hasher(AsGiven);
        // It grows at once, while only new keys wait: by and by, known ones would be looked for in two places.
        Self(table.resize_mode(ResizeMode::Blocking).build())
    }

    /// The key's entry, which is held from now on; whether it is still in use, its record says.
    #[inline]
    pub(super) fn find<K: Key<Owned = O> + ?Sized>(
        &self,
        hash: u64,
        key: &K,
        guard: &Guard<'_>,
    ) -> Option<Arc<Entry<P>>> {
        let slot = self.0.get(&Wanted { hash, key }, guard)?;
        Some(Entry::hold(&slot.entry))
    }

    pub(super) fn insert(&self, key: O, entry: &Arc<Entry<P>>, guard: &Guard<'_>) {
        self.0.insert(Slot { hash: entry.record.hash, key, entry: Arc::clone(entry) }, guard);
    }
}

impl<O: Debug + Send + Sync + 'static, P: PerKey> AnyTable<P> for Table<O, P> {
    fn remove(&self, entry: &Arc<Entry<P>>, guard: &Guard<'_>) -> bool {
        self.0.remove(&Exactly(entry), guard)
    }

    fn for_each(&self, guard: &Guard<'_>, see: &mut dyn FnMut(&dyn Debug, &Entry<P>)) {
        self.0.iter(guard).for_each(|slot| see(&slot.key, &slot.entry));
    }
}

/// The whole hash stands beside the key: other keys are not looked at, and none is hashed again.
struct Slot<O, P: PerKey> {
    hash: u64,
    key: O,
    entry: Arc<Entry<P>>,
}

impl<O, P: PerKey> Hash for Slot<O, P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// None of a key's code runs: whoever inserts has looked for the key.
impl<O, P: PerKey> PartialEq for Slot<O, P> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entry, &other.entry)
    }
}

impl<O, P: PerKey> Eq for Slot<O, P> {}

/// A key that is looked for.
struct Wanted<'k, K: ?Sized> {
    hash: u64,
    key: &'k K,
}

impl<K: ?Sized> Hash for Wanted<'_, K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl<K: Key + ?Sized, P: PerKey> Equivalent<Slot<K::Owned, P>> for Wanted<'_, K> {
    #[inline]
    fn equivalent(&self, slot: &Slot<K::Owned, P>) -> bool {
        self.hash == slot.hash && slot.key.borrow() == self.key
    }
}

/// An entry that is looked for, whatever its key.
struct Exactly<'e, P: PerKey>(&'e Arc<Entry<P>>);

impl<P: PerKey> Hash for Exactly<'_, P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.record.hash);
    }
}

impl<O, P: PerKey> Equivalent<Slot<O, P>> for Exactly<'_, P> {
    fn equivalent(&self, slot: &Slot<O, P>) -> bool {
        Arc::ptr_eq(self.0, &slot.entry)
    }
}

/// Takes a hash for what it is.
struct AsGiven;

impl BuildHasher for AsGiven {
    type Hasher = Given;

    fn build_hasher(&self) -> Given {
        Given(0)
    }
}

struct Given(u64);

impl Hasher for Given {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("whatever is looked up brings its hash along")
    }
}
