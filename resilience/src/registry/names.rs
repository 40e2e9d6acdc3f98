//! Explicit names that clash.

use crate::kind::PolicyKind;
use crate::name::one_line;

/// Two or more policies of one kind bear the same explicit name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NameClash {
    /// The kind of the policies.
    pub kind: PolicyKind,
    /// The name that they share.
    pub name: String,
    /// Where they are declared, as `file:line`.
    pub locations: Vec<String>,
}

pub(super) fn report(clashes: &[NameClash]) {
    for NameClash { kind, name, locations } in clashes {
        tracing::error!(
            target: "resilience", event = "name_clash", %kind, policy = &*one_line(name), ?locations,
            "{} policies of kind {} are named `{}`: give each a name of its own", locations.len(), kind.in_words(), one_line(name)
        );
    }
}
