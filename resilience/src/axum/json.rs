//! JSON in parts, an element at a time: thousands of policies need not be in memory as a whole.

use std::iter::once;

use serde::Serialize;

use crate::name::Name;

/// Some text, and how many policies or keys were read for it.
pub(super) struct Part {
    pub(super) text: Vec<u8>,
    pub(super) items: usize,
}

/// They are made when they are asked for, each as of that moment.
pub(super) type Parts = Box<dyn Iterator<Item = Part> + Send>;

/// Most elements are shorter.
const ELEMENT: usize = 1024;

impl Part {
    pub(super) fn text(text: &str) -> Self {
        Self { text: text.as_bytes().to_vec(), items: 0 }
    }

    /// One element.
    pub(super) fn of(element: &impl Serialize) -> Self {
        let mut text = Vec::with_capacity(ELEMENT);
        write(&mut text, element);
        Self { text, items: 1 }
    }

    /// So much was read for an element that isn't there yet.
    pub(super) const fn unfinished(items: usize) -> Self {
        Self { text: Vec::new(), items }
    }
}

/// Appends `value`. Nothing that is shown can fail to be JSON.
pub(super) fn write(text: &mut Vec<u8>, value: &impl Serialize) {
    let _ = serde_json::to_writer(text, value);
}

/// Elements of several parts, in brackets.
pub(super) fn array<T, I>(
    elements: impl Iterator<Item = T> + Send + 'static,
    parts: impl Fn(T) -> I + Send + 'static,
) -> Parts
where
    I: Iterator<Item = Part> + Send + 'static,
{
    let elements = elements.enumerate().flat_map(move |(i, element)| {
        let comma = (i > 0).then(|| Part::text(","));
        comma.into_iter().chain(parts(element))
    });
    Box::new(once(Part::text("[")).chain(elements).chain(once(Part::text("]"))))
}

/// Elements by name, in braces.
pub(super) fn map<E: Serialize>(
    entries: impl IntoIterator<Item = (Name, E), IntoIter: Send + 'static>,
) -> Parts {
    let entries = entries.into_iter().enumerate().map(|(i, (name, element))| {
        let mut part = Part::text(if i > 0 { "," } else { "" });
        write(&mut part.text, &name);
        part.text.push(b':');
        write(&mut part.text, &element);
        Part { items: 1, ..part }
    });
    Box::new(once(Part::text("{")).chain(entries).chain(once(Part::text("}"))))
}

/// An object whose members are made of parts.
pub(super) fn object(
    members: impl IntoIterator<Item = (&'static str, Parts), IntoIter: Send + 'static>,
) -> Parts {
    let members = members.into_iter().enumerate().flat_map(|(i, (name, parts))| {
        let comma = if i > 0 { "," } else { "" };
        once(Part::text(&format!("{comma}\"{name}\":"))).chain(parts)
    });
    Box::new(once(Part::text("{")).chain(members).chain(once(Part::text("}"))))
}

/// A member that is one element.
pub(super) fn one(element: &impl Serialize) -> Parts {
    Box::new(once(Part::of(element)))
}
