//! What overrides would change, and the change itself: all of it or nothing.

use std::fmt;

#[cfg(feature = "axum")]
use serde_json::{Map, Value as Json};

use super::done::Done;
use super::join::{listen, turn};
#[cfg(feature = "axum")]
use super::layers::Spot;
use super::layers::{self, Base};
use super::leaf::{Kinds, Leaf};
use super::problems::Problems;
use super::resolve::{ByName, Known, note, winners};
#[cfg(feature = "axum")]
use super::step::state;
use super::step::{Step, step};
use super::target::{Target, read_mode, target};
use super::timing::AllTimed;
#[cfg(feature = "axum")]
use crate::kind::PolicyKind;
use crate::name::Listed;
use crate::problem::Problem;
use crate::registry::registry;
use crate::stack::event::Change;

/// Overrides that were read and checked, and are not in force yet.
///
/// Its [`Display`](fmt::Display) lists what would change, a line each: `payments.open_for: 60s → 5s (resilience.toml:4)`.
#[derive(Debug)]
#[must_use = "a plan changes nothing until it is applied"]
pub struct Plan {
    /// What file and environment say.
    base: Base,
    /// What the admin routes set.
    admin: Vec<Leaf>,
    /// When it was judged.
    epoch: u64,
    steps: Vec<Step>,
    changes: Vec<Change>,
    warnings: Vec<Problem>,
}

impl Plan {
    /// Judges what file and environment say, and what the admin routes set.
    pub(super) fn of(base: Base) -> Result<Self, Problems> {
        listen();
        Self::under(base, admin_leaves())
    }

    /// Judges overrides against the policies of this program. Those of the admin routes have places of their own.
    pub(super) fn under(base: Base, admin: Vec<Leaf>) -> Result<Self, Problems> {
        let epoch = layers::epoch();
        let leaves = [base.leaves.as_slice(), &admin].concat();
        let (known, targets): (Vec<_>, Vec<_>) = policies().into_iter().unzip();
        let mut problems = mistakes(&leaves, &known, &targets);
        let (winners, found) = winners(&leaves, &known, base.allow_unknown);
        found.problems.into_iter().for_each(|problem| note(&mut problems, problem));
        let (mut steps, mut timed) = (Vec::new(), AllTimed::default());
        for ((known, target), leaves) in known.into_iter().zip(targets).zip(winners) {
            match step(known, target, &leaves) {
                Ok(step) => {
                    timed.add(target.listed(), step.timed(&leaves));
                    steps.push(step);
                }
                Err(problem) => note(&mut problems, problem),
            }
        }
        if problems.is_empty() {
            problems = timed.contradictions();
        }
        if !problems.is_empty() {
            return Err(Problems::new(problems));
        }
        let changes = steps.iter().flat_map(Step::changes).collect();
        Ok(Self { base, admin, epoch, steps, changes, warnings: found.warnings })
    }

    /// What one policy comes to, beside all others as they are.
    pub(super) fn of_one(base: Base, step: Step) -> Self {
        let (changes, epoch) = (step.changes_by_hand(), layers::epoch());
        let (admin, warnings) = (Vec::new(), Vec::new());
        Self { base, admin, epoch, steps: vec![step], changes, warnings }
    }

    /// Whether everything is as it would be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What is no mistake but may not be meant: patterns that match nothing.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Puts everything in force. State survives: see the module's table.
    ///
    /// # Errors
    /// Everything that is wrong by now: what the program itself has changed since is under these overrides, too. Nothing
    /// was changed then. But when a policy has had 65,535 different configs, and takes no other, everything else is in
    /// force.
    pub fn apply(self) -> Result<(), Problems> {
        let mut turn = turn();
        let plan = if self.is_up_to_date() { self } else { Self::of(self.base)? };
        let done = plan.put(&mut turn);
        drop(turn);
        done.tell()
    }

    /// What else decides may have changed since: the program's own config, and what the admin routes set, which expires, too.
    fn is_up_to_date(&self) -> bool {
        self.epoch == layers::epoch() && self.admin == admin_leaves()
    }

    /// Puts everything in force, and leaves to be told what was done: hooks, log and listeners are the user's code.
    pub(super) fn put(self, turn: &mut Base) -> Done {
        let mut done = Done { warnings: self.warnings, changes: self.changes, ..Done::default() };
        for step in self.steps {
            let (target, spot) = (step.target, step.spot());
            if layers::force(spot, step.state) {
                done.forced.push((target, spot));
            }
            if step.planned.put.is_some() {
                done.reconfigured.push(target);
            }
            done.problems.extend(step.apply().err());
        }
        *turn = self.base;
        layers::begin_epoch();
        done
    }
}

#[cfg(feature = "axum")]
pub(super) use super::admin::leaves as admin_leaves;

/// Without the routes there are none.
#[cfg(not(feature = "axum"))]
pub(super) fn admin_leaves() -> Vec<Leaf> {
    Vec::new()
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, change) in self.changes.iter().enumerate() {
            let end = if i > 0 { "\n" } else { "" };
            write!(f, "{end}{change}")?;
        }
        Ok(())
    }
}

/// Every policy that has options to change.
pub(super) fn policies() -> Vec<(Known, &'static dyn Target)> {
    registry().listed().filter_map(policy).collect()
}

/// One policy, if it has options to change.
pub(super) fn policy(listed: Listed) -> Option<(Known, &'static dyn Target)> {
    let identity = listed.identity();
    let known =
        Known { kind: listed.kind(), name: identity.name().as_str(), place: identity.place() };
    Some((known, target(listed)?))
}

/// What is wrong with single overrides, wherever they win.
pub(super) fn mistakes(
    leaves: &[Leaf],
    known: &[Known],
    targets: &[&'static dyn Target],
) -> Vec<Problem> {
    let (by_name, mut problems) = (ByName::new(known), Vec::new());
    for leaf in leaves {
        if leaf.kind == Kinds::All {
            if let Some(problem) = only_mode(leaf) {
                note(&mut problems, problem);
            }
            continue;
        }
        let reached = by_name.reached(leaf).into_iter();
        let found = reached.filter_map(|at| targets[at].check(&known[at], leaf));
        found.for_each(|problem| note(&mut problems, problem));
    }
    problems
}

/// All kinds together have a mode, and nothing else.
fn only_mode(leaf: &Leaf) -> Option<Problem> {
    match leaf.option.as_str() {
        "mode" => {
            let sentence = read_mode(leaf).err()?;
            Some(Problem::at(leaf.places.value.clone(), format!("`mode`: {sentence}")))
        }
        option => {
            let text =
                format!("`{option}` is not an option of every kind: write the kind instead of `*`");
            Some(Problem::at(leaf.places.option.clone(), text))
        }
    }
}

#[cfg(feature = "axum")]
impl Plan {
    /// Options, mode and state of that policy: as they are, and as they would be.
    pub(super) fn old_and_new(&self, spot: Spot) -> Option<[Map<String, Json>; 2]> {
        let step = self.steps.iter().find(|step| step.spot() == spot)?;
        let (mut old, mut new) = (step.target.in_force(), step.planned.options.clone());
        let modes = [step.target.mode(), step.mode];
        let states = [layers::forced(spot), step.state].map(state);
        for (values, (mode, state)) in
            [&mut old, &mut new].into_iter().zip(modes.into_iter().zip(states))
        {
            mode.map(|mode| values.insert("mode".into(), mode.as_str().into()));
            if spot.0 == PolicyKind::CircuitBreaker {
                values.insert("state".into(), state.into());
            }
        }
        Some([old, new])
    }
}
