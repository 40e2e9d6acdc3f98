//! One table per type of key: nearly always a single one.

use std::any::Any;
use std::fmt::Debug;
use std::hash::BuildHasher;
use std::iter;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use seize::Collector;

use super::PerKey;
use super::entry::Entry;
use super::key::Key;
use super::table::{AnyTable, Guard, Table};

pub(super) struct Tables<P: PerKey> {
    hasher: RandomState,
    collector: Arc<Collector>,
    first: Link<P>,
}

/// A table and those after it, each made when it is first needed.
struct Link<P: PerKey> {
    table: OnceLock<Box<dyn AnyTable<P>>>,
    next: OnceLock<Box<Self>>,
}

impl<P: PerKey> Tables<P> {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::default(),
            collector: Arc::new(Collector::new()),
            first: Link::new(),
        }
    }

    #[inline]
    pub(super) fn hash<K: Key + ?Sized>(&self, key: &K) -> u64 {
        self.hasher.hash_one(key)
    }

    #[inline]
    pub(super) fn guard(&self) -> Guard<'_> {
        self.collector.enter()
    }

    /// The one that holds keys like this.
    #[inline]
    pub(super) fn of<K: Key + ?Sized>(&self) -> &Table<K::Owned, P> {
        self.first.of(&self.collector)
    }

    pub(super) fn remove(&self, entry: &Arc<Entry<P>>, guard: &Guard<'_>) {
        self.first.iter().any(|table| table.remove(entry, guard));
    }

    pub(super) fn for_each(&self, mut see: impl FnMut(&dyn Debug, &Entry<P>)) {
        let guard = self.guard();
        self.first.iter().for_each(|table| table.for_each(&guard, &mut see));
    }
}

impl<P: PerKey> Link<P> {
    const fn new() -> Self {
        Self { table: OnceLock::new(), next: OnceLock::new() }
    }

    #[inline]
    fn of<O: Debug + Send + Sync + 'static>(&self, collector: &Arc<Collector>) -> &Table<O, P> {
        let table = self.table.get_or_init(|| Box::new(Table::<O, P>::new(collector)));
        let table: &dyn Any = &**table;
        table.downcast_ref().unwrap_or_else(|| self.further(collector))
    }

    #[cold]
    #[inline(never)]
    fn further<O: Debug + Send + Sync + 'static>(
        &self,
        collector: &Arc<Collector>,
    ) -> &Table<O, P> {
        self.next.get_or_init(|| Box::new(Self::new())).of(collector)
    }

    fn iter(&self) -> impl Iterator<Item = &dyn AnyTable<P>> {
        let links = iter::successors(Some(self), |link| link.next.get().map(|next| &**next));
        links.filter_map(|link| link.table.get().map(|table| &**table))
    }
}
