//! Who has to go when the map is full: the least recently used that is at rest; if none is, the least recently used of
//! the others; never one that a call holds.
//!
//! Two heaps of candidates, ordered by when they were used, as far as the heap knows. A candidate that was used since
//! is put back under its true time when it comes up, so a look at the map need not touch the heaps.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};

use super::PerKey;
use super::entry::Entry;

/// The order of eviction.
pub(super) struct Evictor<P> {
    resting: BinaryHeap<Candidate<P>>,
    /// Those that came up while they were not at rest. Whoever asks for one puts it back among the others.
    troubled: BinaryHeap<Candidate<P>>,
}

struct Candidate<P> {
    used: u64,
    entry: Weak<Entry<P>>,
}

/// Takes an entry out of the map, or refuses.
type Remove<'r, P> = &'r mut dyn FnMut(&Arc<Entry<P>>) -> bool;

impl<P: PerKey> Evictor<P> {
    pub(super) fn new() -> Self {
        Self { resting: BinaryHeap::new(), troubled: BinaryHeap::new() }
    }

    pub(super) fn add(&mut self, entry: &Arc<Entry<P>>) {
        self.resting.push(Candidate { used: entry.record().used(), entry: Arc::downgrade(entry) });
    }

    /// Somebody asked for an entry that was set aside: it is a candidate like any other again.
    pub(super) fn readmit(&mut self, entry: &Arc<Entry<P>>) {
        if entry.record().aside.swap(false, Relaxed) {
            self.add(entry);
        }
        if self.troubled.len() > 2 * self.resting.len() + 64 {
            self.troubled.retain(|candidate| {
                candidate.entry.upgrade().is_some_and(|entry| entry.record().aside.load(Relaxed))
            });
        }
    }

    /// Chooses one entry and lets `remove` take it out of the map, which may still refuse. The entry is left to the
    /// caller to drop, under no lock: what a key does then is not ours.
    pub(super) fn evict(&mut self, remove: Remove<'_, P>) -> Option<Arc<Entry<P>>> {
        let mut busy = Vec::new();
        let evicted = self
            .evict_resting(&mut busy, remove)
            .or_else(|| self.evict_troubled(&mut busy, remove));
        // Whatever a call holds is in use this very moment.
        for entry in &busy {
            self.add(entry);
        }
        evicted
    }

    fn evict_resting(
        &mut self,
        busy: &mut Vec<Arc<Entry<P>>>,
        remove: Remove<'_, P>,
    ) -> Option<Arc<Entry<P>>> {
        while let Some(candidate) = self.resting.pop() {
            let Some(entry) = candidate.entry.upgrade() else { continue };
            if entry.record().used() != candidate.used {
                self.add(&entry);
            } else if is_held(&entry) {
                busy.push(entry);
            } else if !entry.policy().is_at_rest() {
                entry.record().aside.store(true, Relaxed);
                self.troubled.push(candidate);
            } else if remove(&entry) {
                return Some(entry);
            } else {
                busy.push(entry);
            }
        }
        None
    }

    fn evict_troubled(
        &mut self,
        busy: &mut Vec<Arc<Entry<P>>>,
        remove: Remove<'_, P>,
    ) -> Option<Arc<Entry<P>>> {
        while let Some(candidate) = self.troubled.pop() {
            let Some(entry) = candidate.entry.upgrade() else { continue };
            if !entry.record().aside.swap(false, Relaxed) {
                continue;
            }
            if !is_held(&entry) && remove(&entry) {
                return Some(entry);
            }
            busy.push(entry);
        }
        None
    }
}

/// Whether anybody but the map (and this look) holds it.
pub(super) fn is_held<P: PerKey>(entry: &Arc<Entry<P>>) -> bool {
    Arc::strong_count(entry) > 2
}

/// The least recently used comes first out of a max-heap.
impl<P> Ord for Candidate<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.used.cmp(&self.used)
    }
}

impl<P> PartialOrd for Candidate<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> PartialEq for Candidate<P> {
    fn eq(&self, other: &Self) -> bool {
        self.used == other.used
    }
}

impl<P> Eq for Candidate<P> {}
