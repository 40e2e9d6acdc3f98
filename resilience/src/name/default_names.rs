//! Default names told apart: each policy gets the shortest spelling that is its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{LazyLock, PoisonError, RwLock};

use super::Name;
use super::declared::Listed;
use super::identity::{Identity, Origin};
use super::site::declared;
use crate::kind::PolicyKind;

impl Identity {
    /// The name that is shown from now on.
    #[cold]
    pub(super) fn resolve(&self) -> Name {
        Name(self.resolved.get_or_init(|| match self.origin() {
            Origin::Explicit | Origin::HealthCheck => self.written(),
            Origin::Default { .. } => remembered(told_apart(self)),
        }))
    }
}

/// The name that a default-named policy shows: as written, unless another policy of its kind got the same one.
fn told_apart(identity: &Identity) -> &'static str {
    static RESOLVED: LazyLock<HashMap<Address, &'static str>> =
        LazyLock::new(|| tell_apart(declared()));
    RESOLVED.get(&address(identity)).copied().unwrap_or(identity.written())
}

/// The default names that have been shown, by where their text lies.
static SHOWN: LazyLock<RwLock<HashSet<(usize, usize)>>> = LazyLock::new(RwLock::default);

/// Lets [`is_default`] know `name` again.
fn remembered(name: &'static str) -> &'static str {
    SHOWN.write().unwrap_or_else(PoisonError::into_inner).insert(whereabouts(name));
    name
}

/// Whether that very text was chosen by the macro. For cold paths: it takes a lock.
pub(super) fn is_default(name: &'static str) -> bool {
    SHOWN.read().unwrap_or_else(PoisonError::into_inner).contains(&whereabouts(name))
}

fn whereabouts(name: &str) -> (usize, usize) {
    (name.as_ptr().addr(), name.len())
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
    let mut resolved = HashMap::new();
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
                [(_, _, identity)] => drop(resolved.insert(address(identity), &*name.leak())),
                _ => open.extend(group),
            }
        }
    }
    for (number, (_, line, identity)) in open.into_iter().enumerate() {
        let name = format!("{}#{}", SPELLINGS[2](identity, line), number + 1);
        resolved.insert(address(identity), name.leak());
    }
    resolved
}

fn default_named(policy: Listed) -> Option<(PolicyKind, u32, &'static Identity)> {
    let identity = policy.identity();
    match identity.origin() {
        Origin::Default { line } => Some((policy.kind(), line, identity)),
        Origin::Explicit | Origin::HealthCheck => None,
    }
}
