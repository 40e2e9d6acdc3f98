//! All keys of a map read in pieces, so that a million of them hold up no call and no runtime thread.
//!
//! Each `step` looks at a bounded number of places at most. Asynchronous readers yield between steps; a scan may
//! be dropped at any time.

use super::instance::PerKey;
use super::map::{Map, Place};
use super::reading::{KeySnapshot, KeyedTotals};

/// How many keys a snapshot names.
const TOP: usize = 10;

/// Reads what all keys have counted: `while scan.step() { yield_now().await }`, then [`finish`](Self::finish).
///
/// Each key is counted once, evicted ones included, also when keys are evicted between the steps.
pub(crate) struct AggregateScan<'m, P: PerKey> {
    map: Option<&'m Map<P>>,
    reader: u64,
}

impl<'m, P: PerKey> AggregateScan<'m, P> {
    pub(super) fn new(map: Option<&'m Map<P>>) -> Self {
        Self { map, reader: map.map_or(0, Map::begin_reading) }
    }

    /// Reads one more piece. Whether there is another.
    pub(crate) fn step(&mut self) -> bool {
        self.map.is_some_and(|map| map.read_aggregate(self.reader))
    }

    /// What was counted at the places that were read.
    pub(crate) fn finish(mut self) -> P::Aggregate {
        let map = self.map.take();
        map.and_then(|map| map.end_reading(self.reader)).unwrap_or_default()
    }
}

impl<P: PerKey> Drop for AggregateScan<'_, P> {
    fn drop(&mut self) {
        if let Some(map) = self.map {
            map.end_reading(self.reader);
        }
    }
}

/// Reads what all keys amount to and which are worst: `while scan.step() { yield_now().await }`, then
/// [`finish`](Self::finish). A key that moves between the steps may be missed.
pub(crate) struct TotalsScan<'m, P: PerKey> {
    map: Option<&'m Map<P>>,
    next: Place,
    troubled: usize,
    /// The worst first.
    worst: Vec<(u64, Place)>,
}

impl<'m, P: PerKey> TotalsScan<'m, P> {
    pub(super) const fn new(map: Option<&'m Map<P>>) -> Self {
        Self { map, next: Place::FIRST, troubled: 0, worst: Vec::new() }
    }

    /// Reads one more piece. Whether there is another.
    pub(crate) fn step(&mut self) -> bool {
        let Some(map) = self.map else { return false };
        let next = map.read_locked(self.next, &mut |place, policy| {
            self.troubled += usize::from(!P::is_idle(policy));
            rank(&mut self.worst, P::severity(policy), place);
        });
        self.next = next.unwrap_or(Place::END);
        next.is_some()
    }

    /// What was found at the places that were read. The worst keys are shown as they are now.
    pub(crate) fn finish(self) -> KeyedTotals {
        let mut totals =
            KeyedTotals { keys: 0, troubled: self.troubled, evicted: 0, top: Vec::new() };
        let Some(map) = self.map else { return totals };
        (totals.keys, totals.evicted) = (map.len(), map.evicted());
        for (_, place) in self.worst {
            map.see(place, &mut |_, text, policy| {
                totals.top.push(KeySnapshot { key: text(), status: P::describe(policy) });
            });
        }
        totals
    }
}

/// Keeps the `TOP` worst, the worst first.
fn rank(worst: &mut Vec<(u64, Place)>, severity: u64, place: Place) {
    let at = worst.partition_point(|(other, _)| *other >= severity);
    if severity > 0 && at < TOP {
        worst.truncate(TOP - 1);
        worst.insert(at, (severity, place));
    }
}

/// The keys of a [`Keyed`](crate::Keyed), shown in pages: what [`Keyed::pages`](crate::Keyed::pages) returns.
///
/// Nothing is locked: keys come and go meanwhile, and a key that moves when the map grows may be missed.
pub struct KeyPages<'m, P: PerKey> {
    map: Option<&'m Map<P>>,
    next: Place,
}

impl<'m, P: PerKey> KeyPages<'m, P> {
    pub(super) const fn new(map: Option<&'m Map<P>>) -> Self {
        Self { map, next: Place::FIRST }
    }

    /// Shows the keys of one more page, at most 128, each as text with its policy. Whether there is another page.
    ///
    /// A key is shown as its `Display` if it is a text (`String`, `Arc<str>`, …), others as their `Debug`. A policy that is
    /// looked at is not evicted meanwhile; to look at one is no use of its key.
    pub fn next(&mut self, mut see: impl FnMut(&str, &P::Instance)) -> bool {
        let Some(map) = self.map else { return false };
        let next = map.read(self.next, &mut |_, text, policy| see(&text(), policy));
        self.next = next.unwrap_or(Place::END);
        next.is_some()
    }
}
