//! Keys of any type in one map, looked up by reference and owned only when they are new.

use std::any::Any;
use std::borrow::{Borrow, Cow};
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

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

/// An owned key of any type, for people.
pub(super) trait KeyText {
    /// Texts as they are, others as `Debug` shows them: for numbers, addresses and unit variants the same as `Display`.
    fn text(&self) -> String;
}

impl<O: Debug + 'static> KeyText for O {
    fn text(&self) -> String {
        as_text(self).map_or_else(|| format!("{self:?}"), str::to_owned)
    }
}

fn as_text(key: &dyn Any) -> Option<&str> {
    let text = key.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| key.downcast_ref::<Arc<str>>().map(|text| &**text));
    let text = text.or_else(|| key.downcast_ref::<Box<str>>().map(|text| &**text));
    let text = text.or_else(|| key.downcast_ref::<Cow<'static, str>>().map(|text| &**text));
    text.or_else(|| key.downcast_ref::<&'static str>().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_as_they_are() {
        let text = "a \"b\"\n";
        assert_eq!(text.to_owned().text(), text);
        assert_eq!(Arc::<str>::from(text).text(), text);
        assert_eq!(Box::<str>::from(text).text(), text);
        assert_eq!(Cow::Borrowed("c").text(), "c");
        assert_eq!(KeyText::text(&"c"), "c");
    }

    #[test]
    fn others_are_shown_as_debug_shows_them() {
        assert_eq!(7_u64.text(), "7");
        assert_eq!(std::net::Ipv4Addr::LOCALHOST.text(), "127.0.0.1");
        assert_eq!((7_u8, "pair".to_owned()).text(), "(7, \"pair\")");
    }
}
