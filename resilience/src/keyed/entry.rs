//! One key's policy, shared by the map and the calls that use it.

use std::fmt::{self, Debug};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::PerKey;
use super::key::{Key, OwnedKey};

pub(super) struct Entry<P> {
    pub(super) hash: u64,
    pub(super) key: OwnedKey,
    pub(super) policy: P,
    /// When it was last asked for, in looks at the map.
    used: AtomicU64,
    /// It was passed over as a candidate for eviction, and nobody has asked for it since.
    pub(super) aside: AtomicBool,
}

impl<P> Entry<P> {
    pub(super) fn new<K: Key + ?Sized>(hash: u64, key: &K, policy: P, now: u64) -> Self {
        Self {
            hash,
            key: OwnedKey::new(key),
            policy,
            used: AtomicU64::new(now),
            aside: AtomicBool::new(false),
        }
    }

    pub(super) fn touch(&self, now: u64) {
        self.used.store(now, Relaxed);
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Relaxed)
    }
}

/// One key's policy, for as long as it is held: meanwhile it is not evicted. It dereferences to the policy.
pub struct KeyedInstance<P>(pub(super) Arc<Entry<P>>);

impl<P> Deref for KeyedInstance<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.0.policy
    }
}

impl<P: PerKey + Debug> Debug for KeyedInstance<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedInstance")
            .field("key", &self.0.key.label())
            .field("policy", &**self)
            .finish()
    }
}
