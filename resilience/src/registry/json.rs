//! Lists as JSON, an element at a time: thousands of policies need not be in memory as a whole.

use std::iter::once;

use serde::Serialize;

use super::{Registry, registry};

/// The elements of a list, in brackets. They are read one by one.
pub(crate) type Array = Box<dyn Iterator<Item = Vec<u8>> + Send>;

/// Most are shorter.
const ELEMENT: usize = 1024;

pub(crate) fn array<T, S: Serialize>(
    elements: impl Iterator<Item = T> + Send + 'static,
    shown: impl Fn(T) -> S + Send + 'static,
) -> Array {
    let elements = elements.enumerate().map(move |(i, element)| {
        let mut text = Vec::with_capacity(ELEMENT);
        text.extend_from_slice(if i > 0 { b"," } else { b"" });
        // Nothing that policies show can fail to be JSON.
        let _ = serde_json::to_writer(&mut text, &shown(element));
        text
    });
    Box::new(once(b"[".to_vec()).chain(elements).chain(once(b"]".to_vec())))
}

/// A list's name, and where it comes from.
type List = (&'static str, fn(&Registry) -> Array);

/// An object of such lists.
pub(super) fn object<const N: usize>(lists: [List; N]) -> impl Iterator<Item = Vec<u8>> + Send {
    let lists = lists.into_iter().enumerate().flat_map(|(i, (name, list))| {
        let before = if i > 0 { "," } else { "{" };
        once(format!("{before}\"{name}\":").into_bytes()).chain(list(registry()))
    });
    lists.chain(once(b"}".to_vec()))
}
