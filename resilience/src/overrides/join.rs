//! A policy that joins the registry, or that the program changes by hand, while overrides are in force.

use super::layers;
use super::leaf::Leaf;
use super::plan::{Done, Plan, admin_leaves, mistakes, policy};
use super::problems::Problems;
use super::resolve::{Known, note, winners};
use super::step::{Step, step};
use super::target::Target;
use crate::kind::PolicyKind;
use crate::name::{Listed, Name};
use crate::registry::registry;

/// Gives a policy that joins the registry the overrides in force. What is wrong with them for it alone is logged: nothing
/// was changed then.
pub(super) fn join(listed: Listed) {
    let mut turn = layers::turn();
    let leaves = [turn.leaves.as_slice(), &admin_leaves()].concat();
    let Some((known, target)) = policy(listed).filter(|_| !leaves.is_empty()) else { return };
    let done = joining(known, target, &leaves).map(|step| {
        let base = std::mem::take(&mut *turn);
        Plan::of_one(base, step).put(&mut turn)
    });
    drop(turn);
    if let Err(problems) = done.and_then(Done::tell) {
        problems.log("join_rejected");
    }
}

/// Gives a policy that the program changed by hand the overrides that win over that.
pub(super) fn settle((kind, name): (PolicyKind, Name)) {
    let listed = registry().listed();
    let changed = listed.filter(|one| one.kind() == kind && one.identity().name() == name);
    changed.for_each(join);
}

fn joining(known: Known, target: &'static dyn Target, leaves: &[Leaf]) -> Result<Step, Problems> {
    let mut problems = mistakes(leaves, std::slice::from_ref(&known), &[target]);
    let (winners, found) = winners(leaves, std::slice::from_ref(&known), true);
    found.problems.into_iter().for_each(|problem| note(&mut problems, problem));
    if !problems.is_empty() {
        return Err(Problems::new(problems));
    }
    let winners = winners.into_iter().next().unwrap_or_default();
    step(known, target, &winners).map_err(|problem| Problems::new(vec![problem]))
}
