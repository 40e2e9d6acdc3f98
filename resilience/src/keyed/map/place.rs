//! Where a key is, and in which order places are read.

use std::cmp::Reverse;

/// A slot of an array of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::keyed) struct Place {
    pub(in crate::keyed) table: u16,
    pub(in crate::keyed) array: u16,
    pub(in crate::keyed) slot: u32,
}

impl Place {
    /// Before all others in reading order.
    pub(in crate::keyed) const FIRST: Self = Self::first_of(0);
    /// After all others.
    pub(in crate::keyed) const END: Self = Self::first_of(u16::MAX);

    /// Before all others of a table, arrays that it will have included.
    pub(in crate::keyed) const fn first_of(table: u16) -> Self {
        Self { table, array: u16::MAX, slot: 0 }
    }

    /// Whether it is read earlier than `other`: tables in turn, of each the newest array first. Keys move to newer arrays
    /// only, so that a reader meets none twice.
    pub(in crate::keyed) fn precedes(self, other: Self) -> bool {
        let order = |place: Self| (place.table, Reverse(place.array), place.slot);
        order(self) < order(other)
    }
}
