//! One key's policy, shared by the table and the calls that use it.

use std::fmt::{self, Debug};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

use super::PerKey;
use crate::sync::{AtomicU8, AtomicU64, Ordering::Relaxed};

// In this order: what a look-up touches is one piece of memory, whose first bytes are the `Arc`'s counts.
#[repr(C)]
pub(super) struct Entry<P: PerKey> {
    pub(super) record: Record,
    pub(super) policy: P::Kept,
}

/// What eviction knows of a key.
pub(super) struct Record {
    /// When it was last asked for.
    used: AtomicU64,
    standing: AtomicU8,
    /// The key's, by which the table finds it.
    pub(super) hash: u64,
}

/// Where a key stands with eviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Standing {
    /// It goes when it is its turn.
    Candidate,
    /// It was passed over as a candidate, and nobody has asked for it since.
    Aside,
    /// It is about to go, or gone: nobody may use it any more.
    Leaving,
}

impl<P: PerKey> Entry<P> {
    pub(super) fn new(hash: u64, policy: P::Kept) -> Arc<Self> {
        let standing = AtomicU8::new(Standing::Candidate as u8);
        Arc::new(Self { record: Record { used: AtomicU64::new(0), standing, hash }, policy })
    }

    /// Takes hold of an entry of the table, by a reader under no lock. It may be used unless its record says that it is
    /// leaving.
    #[inline]
    pub(super) fn hold(entry: &Arc<Self>) -> Arc<Self> {
        let held = Arc::clone(entry);
        // See `retire`.
        fence(Acquire);
        held
    }

    /// Whether anybody but the table and the evictor, who asks, holds it.
    pub(super) fn is_held(entry: &Arc<Self>) -> bool {
        Arc::strong_count(entry) > 2
    }

    /// Bars an entry from use, unless somebody holds it: then it stays a candidate.
    ///
    /// A reader takes [hold](Self::hold) of it and then looks at its mark; here the mark is set, and then the holds are
    /// counted. Both change one counter, the `Arc`'s. If the reader's change comes first, it is counted here; if ours
    /// does, the reader's reads from our `Release` (by which an `Arc` always goes down), and it sees the mark.
    pub(super) fn retire(entry: &Arc<Self>) -> bool {
        entry.record.stand(Standing::Leaving);
        drop(Arc::clone(entry));
        let leaves = !Self::is_held(entry);
        if leaves {
            // What others did with it while they held it is done.
            fence(Acquire);
        } else {
            entry.record.stand(Standing::Candidate);
        }
        leaves
    }
}

impl Record {
    /// Somebody asks for the key. Whether that is all there is to do: not if eviction has an eye on it. Leaves memory
    /// that others read alone, as far as it can.
    #[inline]
    pub(super) fn touch(&self, now: u64) -> bool {
        if self.used() != now {
            self.used.store(now, Relaxed);
        }
        self.stands(Standing::Candidate)
    }

    #[inline]
    pub(super) fn used(&self) -> u64 {
        self.used.load(Relaxed)
    }

    #[inline]
    pub(super) fn stands(&self, standing: Standing) -> bool {
        self.standing.load(Relaxed) == standing as u8
    }

    /// Under the evictor's lock only.
    pub(super) fn stand(&self, standing: Standing) {
        self.standing.store(standing as u8, Relaxed);
    }
}

/// One key's policy, for as long as it is held: meanwhile it is not evicted. It dereferences to the policy.
pub struct KeyedInstance<P: PerKey>(pub(super) Arc<Entry<P>>);

impl<P: PerKey> Deref for KeyedInstance<P> {
    type Target = P::Kept;

    #[inline]
    fn deref(&self) -> &P::Kept {
        &self.0.policy
    }
}

impl<P: PerKey<Kept: Debug>> Debug for KeyedInstance<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyedInstance").field(&**self).finish()
    }
}
