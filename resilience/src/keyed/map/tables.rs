//! One table per type of key: nearly always a single one.

use std::any::Any;
use std::fmt::Debug;
use std::hash::BuildHasher;
use std::iter;
use std::sync::OnceLock;

use foldhash::quality::RandomState;

use super::place::Place;
use super::record::Record;
use super::table::{AnyTable, See, Table};
use crate::keyed::instance::PerKey;
use crate::keyed::key::Key;

pub(in crate::keyed) struct Tables<P: PerKey> {
    hasher: RandomState,
    max_keys: u32,
    first: Link<P>,
}

/// A table and those after it, each made when it is first needed.
struct Link<P: PerKey> {
    table: OnceLock<Box<dyn AnyTable<P>>>,
    next: OnceLock<Box<Self>>,
}

impl<P: PerKey> Tables<P> {
    pub(in crate::keyed) fn new(max_keys: u32) -> Self {
        Self { hasher: RandomState::default(), max_keys, first: Link::new() }
    }

    #[inline]
    pub(in crate::keyed) fn hash<K: Key + ?Sized>(&self, key: &K) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The one that holds keys like this.
    #[inline]
    pub(in crate::keyed) fn of<K: Key + ?Sized>(&self) -> &Table<K::Owned, P> {
        self.first.of(0, self.max_keys)
    }

    /// The one that a place is in.
    pub(in crate::keyed) fn at(&self, place: Place) -> &dyn AnyTable<P> {
        let mut tables = self.iter().skip(place.table.into());
        tables.next().unwrap_or_else(|| unreachable!("tables are never dropped"))
    }

    pub(in crate::keyed) fn record(&self, place: Place) -> &Record {
        self.at(place).record(place)
    }

    /// How many places the arrays with keys have.
    pub(in crate::keyed) fn places(&self) -> u32 {
        self.iter().map(AnyTable::places).fold(0, u32::saturating_add)
    }

    /// The place after this one in reading order, after the last the first.
    #[allow(clippy::cast_possible_truncation, reason = "as many as there are types of keys")]
    pub(in crate::keyed) fn next(&self, place: Place) -> Option<Place> {
        let first_from = |table: usize| {
            let mut tables = self.iter().enumerate().skip(table);
            tables.find_map(|(table, it)| it.next(Place::first_of(table as u16)))
        };
        let table = usize::from(place.table);
        let next = self.iter().nth(table).and_then(|it| it.next(place));
        next.or_else(|| first_from(table + 1)).or_else(|| first_from(0))
    }

    pub(in crate::keyed) fn iter(&self) -> impl Iterator<Item = &dyn AnyTable<P>> {
        let links = iter::successors(Some(&self.first), |link| link.next.get().map(|next| &**next));
        links.filter_map(|link| link.table.get().map(|table| &**table))
    }

    /// Shows the keys at the next places in reading order. Where to go on.
    pub(in crate::keyed) fn read(&self, from: Place, see: See<'_, P>) -> Option<Place> {
        let mut tables = self.iter().skip(from.table.into());
        let next = tables.next()?.read(from, see);
        next.or_else(|| tables.next().map(|_| Place::first_of(from.table + 1)))
    }
}

impl<P: PerKey> Link<P> {
    const fn new() -> Self {
        Self { table: OnceLock::new(), next: OnceLock::new() }
    }

    #[inline]
    fn of<O: Debug + Send + Sync + 'static>(&self, number: u16, max_keys: u32) -> &Table<O, P> {
        let table = self.table.get_or_init(|| Box::new(Table::<O, P>::new(number, max_keys)));
        let table: &dyn Any = &**table;
        table.downcast_ref().unwrap_or_else(|| self.further(number, max_keys))
    }

    #[cold]
    #[inline(never)]
    fn further<O: Debug + Send + Sync + 'static>(
        &self,
        number: u16,
        max_keys: u32,
    ) -> &Table<O, P> {
        self.next.get_or_init(|| Box::new(Self::new())).of(number + 1, max_keys)
    }
}
