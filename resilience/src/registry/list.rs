//! The list itself, kept by kind and name: finding one, listing a kind and adding stay cheap with thousands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::vec;

use parking_lot::RwLock;

use super::names::NameClash;
use crate::kind::PolicyKind;
use crate::name::{Listable, Listed};

/// So many policies are looked up and copied under the lock at a time: about a microsecond's work.
const AT_A_TIME: usize = 128;

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
    pub(super) fn all(&self) -> Pieces<'_> {
        self.pieces(None, Bound::Unbounded)
    }

    /// By name.
    pub(super) fn of_kind<P: Listable>(&self) -> impl Iterator<Item = &'static P> + use<'_, P> {
        let first = Bound::Included((P::KIND, "", 0));
        self.pieces(Some(P::KIND), first).filter_map(Listed::policy)
    }

    fn pieces(&self, kind: Option<PolicyKind>, next: Bound<Spot<'static>>) -> Pieces<'_> {
        Pieces { list: self, kind, next, piece: Vec::new().into_iter() }
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

/// Policies of one kind or of all, read piece by piece. The list is locked for one piece at a time; what is added
/// meanwhile may be among them.
pub(crate) struct Pieces<'l> {
    list: &'l List,
    kind: Option<PolicyKind>,
    next: Bound<Spot<'static>>,
    piece: vec::IntoIter<Listed>,
}

impl Pieces<'_> {
    fn read_piece(&mut self) {
        let inner = self.list.0.read();
        let rest = inner.all.range((self.next, Bound::Unbounded));
        let wanted = |kind| self.kind.is_none_or(|only| only == kind);
        let piece = rest.take_while(|((kind, ..), _)| wanted(*kind)).take(AT_A_TIME);
        let piece: Vec<_> = piece.map(|(spot, policy)| (*spot, *policy)).collect();
        self.next = piece.last().map_or(self.next, |(spot, _)| Bound::Excluded(*spot));
        self.piece = piece.into_iter().map(|(_, policy)| policy).collect::<Vec<_>>().into_iter();
    }
}

impl Iterator for Pieces<'_> {
    type Item = Listed;

    fn next(&mut self) -> Option<Listed> {
        if self.piece.len() == 0 {
            self.read_piece();
        }
        self.piece.next()
    }
}
