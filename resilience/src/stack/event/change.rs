//! One option that gets another value, as operators read it.

use std::fmt;

use super::{Event, announce};
use crate::kind::PolicyKind;
use crate::name::{Name, one_line};

/// One option that gets another value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) kind: PolicyKind,
    pub(crate) policy: &'static str,
    pub(crate) option: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Where the new value comes from.
    pub(crate) origin: String,
}

/// Where a change comes from that the program itself makes, by hand.
pub(crate) const BY_HAND: &str = "program";

/// Tells the log and listeners of changes, one policy after the other.
pub(crate) fn tell(changes: &[Change]) {
    changes.iter().for_each(log);
    for changes in changes.chunk_by(|one, other| one.spot() == other.spot()) {
        announce(Event::Reconfigured {
            kind: changes[0].kind,
            policy: Name::new(changes[0].policy),
            changes: changes.iter().map(ToString::to_string).collect(),
            source: changes[0].origin.as_str().into(),
        });
    }
}

/// What the program does itself surprises its operators less.
fn log(change: &Change) {
    let policy = &*one_line(change.policy);
    if change.origin == BY_HAND {
        tracing::info!(target: "resilience::overrides", event = "reconfigured", policy, "{change}");
    } else {
        tracing::warn!(target: "resilience::overrides", event = "reconfigured", policy, "{change}");
    }
}

impl Change {
    fn spot(&self) -> (PolicyKind, &'static str) {
        (self.kind, self.policy)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, option, from, to, origin, .. } = self;
        let policy = one_line(policy);
        write!(f, "{policy}.{option}: {from} → {to} ({origin})")
    }
}
