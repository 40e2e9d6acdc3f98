//! Which override of an option wins, for each policy. Pure: policies and overrides are arguments.

use std::collections::{BTreeMap, HashMap};

use super::leaf::{Kinds, Leaf};
use crate::grammar::nearest;
use crate::kind::PolicyKind;
use crate::problem::Problem;

/// A policy, as far as overrides must know it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) kind: PolicyKind,
    pub(super) name: &'static str,
    /// `file:line`
    pub(super) place: String,
}

/// Policies, to be found by name: most overrides name one, and there may be thousands of both.
pub(super) struct ByName<'k> {
    policies: &'k [Known],
    places: HashMap<&'k str, Vec<usize>>,
}

impl<'k> ByName<'k> {
    pub(super) fn new(policies: &'k [Known]) -> Self {
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        for (at, policy) in policies.iter().enumerate() {
            places.entry(policy.name).or_default().push(at);
        }
        Self { policies, places }
    }

    /// The places of those that an override reaches, in order.
    pub(super) fn reached(&self, leaf: &Leaf) -> Vec<usize> {
        let reaches = |at: &usize| leaf.reaches(&self.policies[*at]);
        if leaf.selector.is_pattern() {
            return (0..self.policies.len()).filter(reaches).collect();
        }
        let named = self.places.get(leaf.selector.as_str()).into_iter().flatten();
        named.copied().filter(reaches).collect()
    }
}

/// The overrides that win, by option, for each policy in the order in which policies were given.
pub(super) type Winners<'l> = Vec<BTreeMap<&'l str, &'l Leaf>>;

/// What was found on the way.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) problems: Vec<Problem>,
    /// What is no mistake, but may not be meant.
    pub(super) warnings: Vec<Problem>,
}

/// Finds the winners. With `allow_unknown`, a name that no policy has is a warning.
pub(super) fn winners<'l>(
    leaves: &'l [Leaf],
    policies: &[Known],
    allow_unknown: bool,
) -> (Winners<'l>, Found) {
    let (by_name, mut found) = (ByName::new(policies), Found::default());
    let mut winners = vec![BTreeMap::new(); policies.len()];
    let mut undecided = Vec::new();
    for leaf in leaves {
        let is_warning = leaf.selector.is_pattern() || allow_unknown;
        let into = if is_warning { &mut found.warnings } else { &mut found.problems };
        if let Some(problem) = unmatched(leaf, &by_name) {
            note(into, problem);
        }
        for at in by_name.reached(leaf) {
            if let Some(problem) = contend(&mut winners[at], leaf, &policies[at]) {
                note(&mut undecided, problem);
            }
        }
    }
    found.problems.extend(undecided);
    (winners, found)
}

/// One mistake is told once, however many options or policies it reaches.
pub(super) fn note(problems: &mut Vec<Problem>, problem: Problem) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// Takes the place of one that is less close; a problem if neither is closer.
fn contend<'l>(
    winners: &mut BTreeMap<&'l str, &'l Leaf>,
    leaf: &'l Leaf,
    policy: &Known,
) -> Option<Problem> {
    match winners.get(leaf.option.as_str()) {
        Some(other) if rank(other) > rank(leaf) => None,
        Some(other) if rank(other) == rank(leaf) => Some(undecided(other, leaf, policy)),
        _ => {
            winners.insert(&leaf.option, leaf);
            None
        }
    }
}

impl Leaf {
    pub(super) fn reaches(&self, policy: &Known) -> bool {
        self.kind.contain(policy.kind) && self.selector.matches(policy.name)
    }
}

/// An exact name before patterns, more literal characters before fewer, one kind before all; then by source.
fn rank(leaf: &Leaf) -> impl Ord {
    (leaf.selector.weight(), leaf.kind, leaf.source)
}

fn undecided(one: &Leaf, other: &Leaf, policy: &Known) -> Problem {
    Problem::at(
        other.places.option.clone(),
        format!(
            "`{}` ({}) and `{}` both set `{}` of `{}`, and neither is closer to its name: set it under `{}` alone",
            one.selector, one.places.option, other.selector, other.option, policy.name, policy.name
        ),
    )
}

/// What is wrong with an override that reaches no policy, or cannot tell which.
pub(super) fn unmatched(leaf: &Leaf, by_name: &ByName<'_>) -> Option<Problem> {
    let (name, policies) = (leaf.selector.as_str(), by_name.policies);
    let reached: Vec<_> = by_name.reached(leaf).into_iter().map(|at| &policies[at]).collect();
    let text = match reached[..] {
        [] if leaf.selector.is_pattern() => format!("no {} matches `{name}`", words(leaf.kind)),
        [] => unknown(leaf, policies),
        [one, other, ..] if !leaf.selector.is_pattern() && one.kind == other.kind => format!(
            "`{name}` names two {}s ({}, {}); give each a name of its own",
            one.kind.in_words(),
            one.place,
            other.place
        ),
        _ => return None,
    };
    Some(Problem::at(leaf.places.selector.clone(), text))
}

fn unknown(leaf: &Leaf, policies: &[Known]) -> String {
    let (name, wanted) = (leaf.selector.as_str(), words(leaf.kind));
    if let Some(other) = policies.iter().find(|policy| policy.name == name) {
        return format!("`{name}` is a {}, not a {wanted}", other.kind.in_words());
    }
    let of_kind = || policies.iter().filter(|policy| leaf.kind.contain(policy.kind));
    match nearest(name, of_kind().map(|policy| policy.name)) {
        Some(meant) => {
            let place = of_kind().find(|policy| policy.name == meant).map(|policy| &policy.place);
            let place = place.map(String::as_str).unwrap_or_default();
            format!("no {wanted} is named `{name}`; did you mean `{meant}` ({place})?")
        }
        None => format!("no {wanted} is named `{name}`"),
    }
}

fn words(kinds: Kinds) -> &'static str {
    match kinds {
        Kinds::All => "policy",
        Kinds::One(kind) => kind.in_words(),
    }
}
