//! How keys are shown to people: generated code finds out whether their type has `Display`.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use std::sync::Arc;

/// Shows an owned key.
pub type Shown<O> = fn(&O) -> String;

/// Texts as they are, others as `Debug` shows them: for numbers, addresses and unit variants the same as `Display`.
pub(super) fn by_debug<O: Debug + 'static>(key: &O) -> String {
    as_text(key).map_or_else(|| format!("{key:?}"), str::to_owned)
}

fn as_text(key: &dyn Any) -> Option<&str> {
    let text = key.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| key.downcast_ref::<Arc<str>>().map(|text| &**text));
    let text = text.or_else(|| key.downcast_ref::<Box<str>>().map(|text| &**text));
    let text = text.or_else(|| key.downcast_ref::<Cow<'static, str>>().map(|text| &**text));
    text.or_else(|| key.downcast_ref::<&'static str>().copied())
}

/// A type of owned keys to ask about.
pub struct OfKey<O>(PhantomData<fn(&O)>);

impl<O> Clone for OfKey<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for OfKey<O> {}

/// A witness of the type that keys like this are owned as.
#[inline]
#[must_use]
pub fn of_key<K: ?Sized + ToOwned>(_: &K) -> OfKey<K::Owned> {
    OfKey(PhantomData)
}

/// The upper rung: the key has a text. Its method is found at a reference, before that of the lower one.
pub trait KeyByDisplay<O> {
    #[doc(hidden)]
    fn __resilience_shown(self) -> Shown<O>;
}

impl<O: Display> KeyByDisplay<O> for &OfKey<O> {
    #[inline]
    fn __resilience_shown(self) -> Shown<O> {
        O::to_string
    }
}

/// The lower rung: the key has content.
pub trait KeyByDebug<O> {
    #[doc(hidden)]
    fn __resilience_shown(self) -> Shown<O>;
}

impl<O: Debug + 'static> KeyByDebug<O> for OfKey<O> {
    #[inline]
    fn __resilience_shown(self) -> Shown<O> {
        by_debug::<O>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_as_they_are() {
        let text = "a \"b\"\n";
        assert_eq!(by_debug(&text.to_owned()), text);
        assert_eq!(by_debug(&Arc::<str>::from(text)), text);
        assert_eq!(by_debug(&Box::<str>::from(text)), text);
        assert_eq!(by_debug(&Cow::Borrowed("c")), "c");
        assert_eq!(by_debug(&"c"), "c");
    }

    #[test]
    fn others_are_shown_as_debug_shows_them() {
        assert_eq!(by_debug(&7_u64), "7");
        assert_eq!(by_debug(&std::net::Ipv4Addr::LOCALHOST), "127.0.0.1");
        assert_eq!(by_debug(&(7_u8, "pair".to_owned())), "(7, \"pair\")");
    }

    #[test]
    fn those_that_have_a_text_are_shown_by_it() {
        let (id, pair) = (std::num::Wrapping(7), (7, 8));
        assert_eq!((&of_key(&id)).__resilience_shown()(&id), "7");
        #[allow(clippy::needless_borrow, reason = "as generated code asks, whatever the type")]
        let shown = (&of_key(&pair)).__resilience_shown()(&pair);
        assert_eq!(shown, "(7, 8)");
        assert_eq!((&of_key("text")).__resilience_shown()(&"text".to_owned()), "text");
    }
}
