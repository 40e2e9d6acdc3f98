//! Default names told apart, and explicit ones that clash found.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::listed::{self, Listed};
use crate::kind::PolicyKind;
use crate::name::{Identity, Origin};

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
            target: "resilience", event = "name_clash", %kind, policy = %name, ?locations,
            "{} policies of kind {} are named `{name}`: give each a name of its own", locations.len(), kind.in_words()
        );
    }
}

/// Where a policy is declared, as `file:line`.
pub(super) fn place(identity: &Identity) -> String {
    // Not `format!`, which is the greater part of what a snapshot costs.
    [identity.location().file(), ":", &identity.location().line().to_string()].concat()
}

/// The name that a default-named policy shows: as written, unless another policy of its kind got the same one.
pub(crate) fn settle(identity: &Identity) -> &'static str {
    static SETTLED: LazyLock<HashMap<Address, &'static str>> =
        LazyLock::new(|| tell_apart(listed::declared()));
    SETTLED.get(&address(identity)).copied().unwrap_or(identity.written())
}

/// Identities live in statics, so an address names one for good.
type Address = usize;

fn address(identity: &Identity) -> Address {
    std::ptr::from_ref(identity).addr()
}

/// Ways to write a default name, each longer and more telling than the one before.
const SPELLINGS: [fn(&Identity, line: u32) -> String; 3] = [
    |identity, _| identity.written().to_owned(),
    |identity, _| format!("{}:{}", identity.written(), identity.location().line()),
    |identity, line| format!("{}:{}:{line}", identity.written(), identity.location().line()),
];

/// Gives each default-named policy the shortest spelling that is its own; the rest are numbered.
fn tell_apart(policies: impl Iterator<Item = Listed>) -> HashMap<Address, &'static str> {
    let mut settled = HashMap::new();
    let mut open: Vec<_> = policies.filter_map(default_named).collect();
    for spelling in SPELLINGS {
        let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (kind, line, identity) in open.drain(..) {
            groups
                .entry((kind, spelling(identity, line)))
                .or_default()
                .push((kind, line, identity));
        }
        for ((_, name), group) in groups {
            match group[..] {
                [(_, _, identity)] => drop(settled.insert(address(identity), &*name.leak())),
                _ => open.extend(group),
            }
        }
    }
    for (number, (_, line, identity)) in open.into_iter().enumerate() {
        let name = format!("{}#{}", SPELLINGS[2](identity, line), number + 1);
        settled.insert(address(identity), name.leak());
    }
    settled
}

fn default_named(policy: Listed) -> Option<(PolicyKind, u32, &'static Identity)> {
    let identity = policy.identity();
    match identity.origin() {
        Origin::Default { line } => Some((policy.kind(), line, identity)),
        Origin::Explicit => None,
    }
}
