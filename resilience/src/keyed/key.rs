//! Keys of any type in one map, looked up by reference and owned only when they are new.

use std::any::Any;
use std::borrow::Borrow;
use std::fmt::Debug;
use std::hash::Hash;

/// What can be a key: `str`, `String`, integers, enums, `Arc<str>`, tuples of owned values, …
///
/// It is looked up by reference; only a key that is new is cloned. Implemented for everything that fits.
pub trait Key: Hash + Eq + ToOwned<Owned: Debug + Send + Sync + 'static> {
    /// The key as generated code asks for it: by method call, so that `host`, `&host` and `self.host` all do.
    #[doc(hidden)]
    fn resilience_key(&self) -> &Self {
        self
    }
}

impl<K: ?Sized + Hash + Eq + ToOwned<Owned: Debug + Send + Sync + 'static>> Key for K {}

/// A key in the map: its type is known only to whoever asks for it.
pub(super) struct OwnedKey {
    value: Box<dyn Any + Send + Sync>,
    show: fn(&(dyn Any + Send + Sync)) -> String,
}

impl OwnedKey {
    pub(super) fn new<K: Key + ?Sized>(key: &K) -> Self {
        Self { value: Box::new(key.to_owned()), show: show::<K::Owned> }
    }

    pub(super) fn is<K: Key + ?Sized>(&self, key: &K) -> bool {
        self.value.downcast_ref::<K::Owned>().is_some_and(|owned| Borrow::<K>::borrow(owned) == key)
    }

    /// For people, without the quotes that `Debug` puts around text.
    pub(super) fn label(&self) -> String {
        (self.show)(&*self.value)
    }
}

fn show<O: Debug + 'static>(value: &(dyn Any + Send + Sync)) -> String {
    let text = value.downcast_ref::<O>().map(|value| format!("{value:?}")).unwrap_or_default();
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inner) => inner.to_owned(),
        None => text,
    }
}
