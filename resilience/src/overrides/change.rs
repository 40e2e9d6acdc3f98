//! One option that gets another value, as operators read it.

use std::fmt;

use serde_json::Value as Json;

use super::layers::Spot;
use crate::grammar::parse_duration;
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::stack::event::{self, Event};

/// One option that gets another value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) kind: PolicyKind,
    pub(super) policy: &'static str,
    pub(super) option: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Where the new value comes from.
    pub(super) origin: String,
}

/// Tells listeners of changes, one policy after the other.
pub(super) fn tell(changes: &[Change]) {
    for changes in changes.chunk_by(|one, other| one.spot() == other.spot()) {
        event::announce(Event::Reconfigured {
            kind: changes[0].kind,
            policy: Name::new(changes[0].policy),
            changes: changes.iter().map(ToString::to_string).collect(),
            source: changes[0].origin.as_str().into(),
        });
    }
}

impl Change {
    fn spot(&self) -> Spot {
        (self.kind, self.policy)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, option, from, to, origin, .. } = self;
        write!(f, "{policy}.{option}: {from} → {to} ({origin})")
    }
}

/// `file:line` of `file:line:column`; a variable's name as it is.
pub(super) fn without_column(place: &str) -> &str {
    match place.rsplit_once(':') {
        Some((line, column)) if column.parse::<u32>().is_ok() => line,
        _ => place,
    }
}

/// A value as people write it.
pub(super) fn shown(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => "off".into(),
        Some(Json::String(text)) => match parse_duration(text) {
            Ok(duration) => format!("{duration:?}"),
            Err(_) => text.clone(),
        },
        // A window is a table with its one meaning inside.
        Some(Json::Object(table)) if table.len() == 1 => shown(table.values().next()),
        Some(other) => other.to_string(),
    }
}

/// Writes a value as attributes have it.
#[cfg(feature = "axum")]
pub(super) fn attribute_words(value: &mut Json) {
    // A window is a table with its one meaning inside.
    if let Json::Object(table) = value
        && table.len() == 1
        && let Some((_, meaning)) = std::mem::take(table).into_iter().next()
    {
        *value = meaning;
    }
}
