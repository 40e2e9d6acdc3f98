//! Who has to go when the map is full: the least recently used that is at rest; if none is, the least recently used of
//! the others; never one that a call holds.
//!
//! Two heaps of candidates, ordered by when they were used, as far as the heap knows. A candidate that was used since
//! is put back under its true time when it comes up, so a look at the map need not touch the heaps.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Weak};

use super::PerKey;
use super::entry::{Entry, Standing};

/// How many entries one eviction passes over since calls hold them: a herd of calls must not make each new key look at
/// all the others. The map is over its bound meanwhile.
const MOST_HELD: usize = 256;

/// The order of eviction.
pub(super) struct Evictor<P: PerKey> {
    resting: BinaryHeap<Candidate<P>>,
    /// Those that came up while they were not at rest. Whoever asks for one puts it back among the others.
    troubled: BinaryHeap<Candidate<P>>,
}

struct Candidate<P: PerKey> {
    used: u64,
    entry: Weak<Entry<P>>,
}

impl<P: PerKey> Evictor<P> {
    pub(super) fn new() -> Self {
        Self { resting: BinaryHeap::new(), troubled: BinaryHeap::new() }
    }

    pub(super) fn add(&mut self, entry: &Arc<Entry<P>>) {
        self.resting.push(Candidate { used: entry.record.used(), entry: Arc::downgrade(entry) });
    }

    /// Somebody asked for an entry: it is a candidate like any other again. False if it has left.
    pub(super) fn readmit(&mut self, entry: &Arc<Entry<P>>) -> bool {
        if entry.record.stands(Standing::Aside) {
            entry.record.stand(Standing::Candidate);
            self.add(entry);
            self.forget_outdated();
        }
        entry.record.stands(Standing::Candidate)
    }

    /// Whoever is readmitted leaves a candidate behind among the troubled.
    fn forget_outdated(&mut self) {
        if self.troubled.len() > 2 * self.resting.len() + 64 {
            self.troubled.retain(|candidate| candidate.aside().is_some());
        }
    }

    /// Chooses an entry that nobody holds, and that nobody will: it is to be taken out of the table.
    pub(super) fn evict(&mut self, now: u64) -> Option<Arc<Entry<P>>> {
        let mut held = Vec::new();
        self.recall_rested();
        let evicted = self.evict_resting(&mut held).or_else(|| self.evict_troubled(&mut held));
        // Whatever a call holds is in use this very moment.
        for entry in &held {
            entry.record.touch(now);
            self.add(entry);
        }
        evicted
    }

    /// Time alone brings a rate limit to rest. Those that were used least recently had most of it.
    fn recall_rested(&mut self) {
        while let Some(candidate) = self.troubled.pop() {
            match self.still_aside(&candidate) {
                None => {}
                Some(entry) if P::is_at_rest(&entry.policy) => {
                    self.readmit(&entry);
                }
                Some(_) => return self.troubled.push(candidate),
            }
        }
    }

    fn evict_resting(&mut self, held: &mut Vec<Arc<Entry<P>>>) -> Option<Arc<Entry<P>>> {
        while held.len() < MOST_HELD {
            let candidate = self.resting.pop()?;
            let Some(entry) = candidate.entry.upgrade() else { continue };
            if entry.record.used() != candidate.used {
                self.add(&entry);
            } else if Entry::is_held(&entry) {
                held.push(entry);
            } else if !P::is_at_rest(&entry.policy) {
                entry.record.stand(Standing::Aside);
                self.troubled.push(candidate);
            } else if Entry::retire(&entry) {
                return Some(entry);
            } else {
                held.push(entry);
            }
        }
        None
    }

    fn evict_troubled(&mut self, held: &mut Vec<Arc<Entry<P>>>) -> Option<Arc<Entry<P>>> {
        while held.len() < MOST_HELD {
            let candidate = self.troubled.pop()?;
            match self.still_aside(&candidate) {
                None => {}
                Some(entry) if Entry::retire(&entry) => return Some(entry),
                Some(entry) => held.push(entry),
            }
        }
        None
    }

    /// The candidate's entry, if it stands aside as it did when it came up. One that was used since is readmitted.
    fn still_aside(&mut self, candidate: &Candidate<P>) -> Option<Arc<Entry<P>>> {
        let entry = candidate.aside()?;
        if entry.record.used() == candidate.used {
            return Some(entry);
        }
        self.readmit(&entry);
        None
    }
}

impl<P: PerKey> Candidate<P> {
    fn aside(&self) -> Option<Arc<Entry<P>>> {
        self.entry.upgrade().filter(|entry| entry.record.stands(Standing::Aside))
    }
}

/// The least recently used comes first out of a max-heap.
impl<P: PerKey> Ord for Candidate<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.used.cmp(&self.used)
    }
}

impl<P: PerKey> PartialOrd for Candidate<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P: PerKey> PartialEq for Candidate<P> {
    fn eq(&self, other: &Self) -> bool {
        self.used == other.used
    }
}

impl<P: PerKey> Eq for Candidate<P> {}
