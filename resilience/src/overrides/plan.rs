//! What overrides would change, and the change itself: all of it or nothing.

use std::fmt;

#[cfg(feature = "axum")]
use serde_json::{Map, Value as Json};

use super::join::{join, settle};
#[cfg(feature = "axum")]
use super::layers::Spot;
use super::layers::{self, Base};
use super::leaf::{Kinds, Leaf};
use super::problems::Problems;
use super::resolve::{Known, note, winners};
#[cfg(feature = "axum")]
use super::step::state;
use super::step::{Step, step};
use super::target::{Target, read_mode, target};
use super::timing::AllTimed;
use crate::current::Forced;
#[cfg(feature = "axum")]
use crate::kind::PolicyKind;
use crate::name::Listed;
use crate::problem::Problem;
use crate::registry::registry;
use crate::stack::by_hand;
use crate::stack::event::{Change, tell_changes};

/// Overrides that were read and checked, and are not in force yet.
///
/// Its [`Display`](fmt::Display) lists what would change, a line each: `payments.open_for: 60s → 5s (resilience.toml:4)`.
#[derive(Debug)]
#[must_use = "a plan changes nothing until it is applied"]
pub struct Plan {
    /// What file and environment say.
    base: Base,
    /// Whether the admin routes had a say, too.
    has_admin: bool,
    steps: Vec<Step>,
    changes: Vec<Change>,
    warnings: Vec<Problem>,
}

impl Plan {
    /// Judges what file and environment say, and what the admin routes set.
    pub(super) fn of(base: Base) -> Result<Self, Problems> {
        Self::under(base, &admin_leaves())
    }

    /// Judges overrides against the policies of this program. Those of the admin routes have places of their own.
    pub(super) fn under(base: Base, admin: &[Leaf]) -> Result<Self, Problems> {
        let has_admin = !admin.is_empty();
        let leaves = [base.leaves.as_slice(), admin].concat();
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
        Ok(Self { base, has_admin, steps, changes, warnings: found.warnings })
    }

    /// What one policy comes to, beside all others as they are.
    pub(super) fn of_one(base: Base, step: Step) -> Self {
        let changes = step.changes();
        Self { base, has_admin: false, steps: vec![step], changes, warnings: Vec::new() }
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
    /// A policy that has had 65,535 different configs takes no other; everything else is in force then.
    pub fn apply(self) -> Result<(), Problems> {
        let mut turn = layers::turn();
        let done = self.up_to_date()?.put(&mut turn);
        drop(turn);
        done.tell()
    }

    /// What the admin routes set may have changed since, and may have expired.
    fn up_to_date(self) -> Result<Self, Problems> {
        let admin = admin_leaves();
        if self.has_admin || !admin.is_empty() { Self::under(self.base, &admin) } else { Ok(self) }
    }

    /// Puts everything in force, and leaves to be told what was done.
    pub(super) fn put(self, turn: &mut Base) -> Done {
        for warning in &self.warnings {
            tracing::warn!(target: "resilience::overrides", event = "override_without_effect", "{warning}");
        }
        for change in &self.changes {
            tracing::warn!(target: "resilience::overrides", event = "reconfigured", policy = change.policy, "{change}");
        }
        let mut done = Done { changes: self.changes, forced: Vec::new(), problems: Vec::new() };
        layers::replace(|layers| {
            for step in self.steps {
                if layers.force(step.spot(), step.state) {
                    done.forced.push((step.target, step.state));
                }
                done.problems.extend(step.apply(layers).err());
            }
        });
        *turn = self.base;
        registry().on_insert(join);
        by_hand::on_change(settle);
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

/// What was put in force, and is to be told.
#[must_use = "states are not forced before it is told"]
pub(super) struct Done {
    changes: Vec<Change>,
    forced: Vec<(&'static dyn Target, Option<Forced>)>,
    problems: Vec<Problem>,
}

impl Done {
    /// Under no lock, because hooks run.
    pub(super) fn tell(self) -> Result<(), Problems> {
        for (target, state) in self.forced {
            target.force(state);
        }
        tell_changes(&self.changes);
        if self.problems.is_empty() { Ok(()) } else { Err(Problems::new(self.problems)) }
    }
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
    let mut problems = Vec::new();
    for leaf in leaves {
        if leaf.kind == Kinds::All {
            if let Some(problem) = only_mode(leaf) {
                note(&mut problems, problem);
            }
            continue;
        }
        let reached = known.iter().zip(targets).filter(|(known, _)| leaf.reaches(known));
        let found = reached.filter_map(|(known, target)| target.check(known, leaf));
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
