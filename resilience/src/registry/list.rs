//! The list itself, kept by kind and name: finding one, listing a kind and adding stay cheap with thousands.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::ops::Bound;
use std::vec;

use parking_lot::RwLock;

use super::names::NameClash;
use super::pace::PIECE;
use crate::kind::PolicyKind;
use crate::name::{Listable, Listed};

/// Every policy.
#[derive(Debug, Default)]
pub(super) struct List(RwLock<Inner>);

#[derive(Debug, Default)]
struct Inner {
    all: BTreeMap<Spot<'static>, Listed>,
    /// Kinds and names that more than one policy bears.
    clashing: BTreeSet<(PolicyKind, &'static str)>,
}

/// Kind, name, and how many of that kind and name came before.
type Spot<'n> = (PolicyKind, &'n str, usize);

impl List {
    pub(super) fn add(&self, policy: Listed) {
        let (kind, name) = (policy.kind(), policy.identity().name().as_str());
        let mut inner = self.0.write();
        let before = inner.all_named(kind, name).count();
        inner.all.insert((kind, name, before), policy);
        if before > 0 {
            inner.clashing.insert((kind, name));
        }
    }

    /// Everything, by kind and name.
    #[cfg(feature = "overrides")]
    pub(super) fn all(&self) -> Vec<Listed> {
        self.0.read().all.values().copied().collect()
    }

    /// By name. It is locked for one piece at a time; what is added meanwhile may be among them.
    pub(super) fn of_kind<P: Listable>(&self) -> OfKind<'_, P> {
        let first = Bound::Included((P::KIND, "", 0));
        OfKind { list: self, next: first, piece: Vec::new().into_iter(), of: PhantomData }
    }

    /// The one that came first.
    pub(super) fn find<P: Listable>(&self, name: &str) -> Option<&'static P> {
        self.0.read().all_named(P::KIND, name).find_map(Listed::policy)
    }

    /// The clash over that name, if there is one.
    pub(super) fn clash(&self, kind: PolicyKind, name: &str) -> Option<NameClash> {
        self.0.read().clash(kind, name)
    }

    pub(super) fn clashes(&self) -> Vec<NameClash> {
        let inner = self.0.read();
        let clashing = inner.clashing.iter();
        clashing.filter_map(|(kind, name)| inner.clash(*kind, name)).collect()
    }
}

impl FromIterator<Listed> for List {
    fn from_iter<I: IntoIterator<Item = Listed>>(policies: I) -> Self {
        let list = Self::default();
        policies.into_iter().for_each(|policy| list.add(policy));
        list
    }
}

impl Inner {
    /// All policies of that kind and name, in the order in which they came.
    fn all_named<'a>(
        &'a self,
        kind: PolicyKind,
        name: &'a str,
    ) -> impl Iterator<Item = Listed> + 'a {
        let all: &'a BTreeMap<Spot<'a>, Listed> = &self.all;
        all.range((kind, name, 0)..=(kind, name, usize::MAX)).map(|(_, policy)| *policy)
    }

    fn clash(&self, kind: PolicyKind, name: &str) -> Option<NameClash> {
        let locations: Vec<_> =
            self.all_named(kind, name).map(|policy| policy.identity().place()).collect();
        (locations.len() > 1).then(|| NameClash { kind, name: name.to_owned(), locations })
    }
}

/// The policies of one kind, read piece by piece.
pub(super) struct OfKind<'l, P: 'static> {
    list: &'l List,
    next: Bound<Spot<'static>>,
    piece: vec::IntoIter<Listed>,
    of: PhantomData<&'static P>,
}

impl<P: Listable> OfKind<'_, P> {
    fn read_piece(&mut self) {
        let inner = self.list.0.read();
        let rest = inner.all.range((self.next, Bound::Unbounded));
        let kind = rest.take_while(|((kind, ..), _)| *kind == P::KIND).take(PIECE);
        let piece: Vec<_> = kind
            .map(|(spot, policy)| {
                self.next = Bound::Excluded(*spot);
                *policy
            })
            .collect();
        self.piece = piece.into_iter();
    }
}

impl<P: Listable> Iterator for OfKind<'_, P> {
    type Item = &'static P;

    fn next(&mut self) -> Option<&'static P> {
        loop {
            if self.piece.len() == 0 {
                self.read_piece();
            }
            if let Some(policy) = self.piece.next()?.policy() {
                return Some(policy);
            }
        }
    }
}
