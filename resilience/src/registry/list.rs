//! The list itself, kept by kind and name: looking up, looking at all of a kind and adding stay cheap with thousands.

use std::collections::BTreeMap;

use parking_lot::RwLock;

use super::names::NameClash;
use crate::kind::PolicyKind;
use crate::name::{Listable, Listed};

/// Every policy by its [`Spot`].
#[derive(Debug, Default)]
pub(super) struct List(RwLock<BTreeMap<Spot<'static>, Listed>>);

/// Kind, name, and how many of that kind and name came before.
type Spot<'n> = (PolicyKind, &'n str, usize);

impl List {
    pub(super) fn add(&self, policy: Listed) {
        let (kind, name) = (policy.kind(), policy.identity().name().as_str());
        let mut all = self.0.write();
        let before = of_that_name(&all, kind, name).count();
        all.insert((kind, name, before), policy);
    }

    /// Everything, by kind and name.
    #[cfg(feature = "overrides")]
    pub(super) fn all(&self) -> Vec<Listed> {
        self.0.read().values().copied().collect()
    }

    /// By name.
    pub(super) fn of_kind<P: Listable>(&self) -> Vec<&'static P> {
        let all = self.0.read();
        let kind = all.range((P::KIND, "", 0)..).take_while(|((kind, ..), _)| *kind == P::KIND);
        kind.filter_map(|(_, policy)| policy.policy()).collect()
    }

    /// The one that came first.
    pub(super) fn find<P: Listable>(&self, name: &str) -> Option<&'static P> {
        of_that_name(&self.0.read(), P::KIND, name).find_map(Listed::policy)
    }

    /// The clash over that name, if there is one.
    pub(super) fn clash(&self, kind: PolicyKind, name: &str) -> Option<NameClash> {
        clash(&self.0.read(), kind, name)
    }

    pub(super) fn clashes(&self) -> Vec<NameClash> {
        let all = self.0.read();
        let seconds = all.keys().filter(|(.., before)| *before == 1);
        seconds.filter_map(|(kind, name, _)| clash(&all, *kind, name)).collect()
    }
}

impl FromIterator<Listed> for List {
    fn from_iter<I: IntoIterator<Item = Listed>>(policies: I) -> Self {
        let list = Self::default();
        policies.into_iter().for_each(|policy| list.add(policy));
        list
    }
}

/// All policies of that kind and name, in the order in which they came.
fn of_that_name<'a>(
    all: &'a BTreeMap<Spot<'a>, Listed>,
    kind: PolicyKind,
    name: &'a str,
) -> impl Iterator<Item = Listed> + 'a {
    all.range((kind, name, 0)..=(kind, name, usize::MAX)).map(|(_, policy)| *policy)
}

fn clash<'a>(
    all: &'a BTreeMap<Spot<'a>, Listed>,
    kind: PolicyKind,
    name: &'a str,
) -> Option<NameClash> {
    let locations: Vec<_> =
        of_that_name(all, kind, name).map(|policy| policy.identity().place()).collect();
    (locations.len() > 1).then(|| NameClash { kind, name: name.to_owned(), locations })
}
