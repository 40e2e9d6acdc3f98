//! A policy that joins the registry, or that the program changes by hand, while overrides are in force.

use std::{mem, ptr};

use parking_lot::MutexGuard;

use super::done::Done;
use super::layers::{self, Base};
use super::leaf::Leaf;
use super::plan::{Plan, admin_leaves, mistakes, policy};
use super::problems::Problems;
use super::resolve::{Known, note, winners};
use super::step::{Step, step};
use super::target::Target;
use crate::name::{Identity, Listed};
use crate::problem::Problem;
use crate::registry::registry;
use crate::stack::by_hand;

type Policy = (Known, &'static dyn Target);

/// Waits until it is the caller's turn to change what is in force. From now on, policies that join the registry or that the
/// program changes by hand wait for their turn, too.
pub(super) fn turn() -> MutexGuard<'static, Base> {
    listen();
    layers::turn()
}

/// From now on an epoch ends with each policy that joins the registry, and with each change by hand.
pub(super) fn listen() {
    registry().on_insert(join);
    by_hand::on_change(settle);
}

/// Gives a policy that joins the registry the overrides in force. What is wrong with them for it alone is logged: nothing
/// was changed then.
fn join(listed: Listed) {
    let Some(policy) = policy(listed) else { return };
    let mut turn = layers::turn();
    layers::begin_epoch();
    if turn.leaves.is_empty() && admin_leaves().is_empty() {
        return;
    }
    let done = put(policy, &mut turn);
    drop(turn);
    if let Err(problems) = done.and_then(Done::tell) {
        problems.log("join_rejected");
    }
}

/// Puts in force what a change by hand and the overrides come to together.
fn settle(identity: &Identity, exchange: &mut dyn FnMut()) -> Option<Result<(), Problem>> {
    let mut listed = registry().listed();
    let policy = policy(listed.find(|listed| ptr::eq(listed.identity(), identity))?)?;
    let mut turn = layers::turn();
    exchange();
    let done = put(policy, &mut turn);
    if !done.as_ref().is_ok_and(Done::is_whole) {
        exchange();
    }
    layers::begin_epoch();
    drop(turn);
    Some(done.and_then(Done::tell).map_err(Problems::into_first))
}

/// Puts the overrides in force for one policy.
fn put((known, target): Policy, turn: &mut Base) -> Result<Done, Problems> {
    let leaves = [turn.leaves.as_slice(), &admin_leaves()].concat();
    let step = joining(known, target, &leaves)?;
    Ok(Plan::of_one(mem::take(turn), step).put(turn))
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
