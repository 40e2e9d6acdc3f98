//! One key's policy, shared by the map and the calls that use it.

use std::any::Any;
use std::borrow::Borrow;
use std::fmt::{self, Debug};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::PerKey;
use super::key::{Key, label};

/// One key's policy, whatever the type of the key.
pub(super) type Entry<P> = dyn Kept<P>;

pub(super) trait Kept<P>: Any + Send + Sync {
    fn policy(&self) -> &P;
    fn record(&self) -> &Record;
    fn hash(&self) -> u64;
    /// The key, for people.
    fn label(&self) -> String;
}

/// What eviction knows of a key.
pub(super) struct Record {
    /// When it was last asked for.
    used: AtomicU64,
    /// It was passed over as a candidate for eviction, and nobody has asked for it since.
    pub(super) aside: AtomicBool,
}

// In this order: what a look-up touches is one piece of memory, whose first bytes are the `Arc`'s counts.
#[repr(C)]
struct Known<K, P> {
    key: K,
    record: Record,
    policy: P,
    hash: u64,
}

/// A key that is new.
pub(super) fn known<P: PerKey, K: Key + ?Sized>(
    hash: u64,
    key: &K,
    policy: P,
    now: u64,
) -> Arc<Entry<P>> {
    let record = Record { used: AtomicU64::new(now), aside: AtomicBool::new(false) };
    Arc::new(Known { key: key.to_owned(), record, policy, hash })
}

/// The record of an entry, if that is the one for `key`.
#[inline]
pub(super) fn record_if<'e, P: PerKey, K: Key + ?Sized>(
    entry: &'e Entry<P>,
    key: &K,
) -> Option<&'e Record> {
    let entry: &dyn Any = entry;
    let known = entry.downcast_ref::<Known<K::Owned, P>>()?;
    known.policy.fetch();
    (Borrow::<K>::borrow(&known.key) == key).then_some(&known.record)
}

impl<K: Debug + Send + Sync + 'static, P: PerKey> Kept<P> for Known<K, P> {
    fn policy(&self) -> &P {
        &self.policy
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn hash(&self) -> u64 {
        self.hash
    }

    fn label(&self) -> String {
        label(&self.key)
    }
}

impl Record {
    /// Leaves memory that others read alone, as far as it can.
    #[inline]
    pub(super) fn touch(&self, now: u64) {
        if self.used() != now {
            self.used.store(now, Relaxed);
        }
    }

    #[inline]
    pub(super) fn used(&self) -> u64 {
        self.used.load(Relaxed)
    }
}

/// One key's policy, for as long as it is held: meanwhile it is not evicted. It dereferences to the policy.
pub struct KeyedInstance<P>(pub(super) Arc<Entry<P>>);

impl<P: 'static> Deref for KeyedInstance<P> {
    type Target = P;

    fn deref(&self) -> &P {
        self.0.policy()
    }
}

impl<P: PerKey + Debug> Debug for KeyedInstance<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedInstance")
            .field("key", &self.0.label())
            .field("policy", &**self)
            .finish()
    }
}
