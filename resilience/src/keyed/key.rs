//! Keys of any type in one map, looked up by reference and owned only when they are new.

use std::borrow::Borrow;
use std::fmt::Debug;
use std::hash::Hash;

/// What can be a key: `str`, `String`, integers, enums, `Arc<str>`, tuples of owned values, …
///
/// It is looked up by reference; only a key that is new is cloned. Implemented for everything that fits. Its `Eq` runs
/// while part of the map is locked, and must not ask that map; its other code may.
pub trait Key: Hash + Eq + ToOwned<Owned: Debug + Send + Sync + 'static> {
    /// The key as generated code asks for it: by method call, so that `host`, `&host` and `self.host` all do.
    #[doc(hidden)]
    fn resilience_key(&self) -> &Self {
        self
    }
}

impl<K: ?Sized + Hash + Eq + ToOwned<Owned: Debug + Send + Sync + 'static>> Key for K {}

/// Whether an owned key is the one that is looked for.
#[inline]
pub(super) fn is<K: Key + ?Sized>(owned: &K::Owned, key: &K) -> bool {
    owned.borrow() == key
}
