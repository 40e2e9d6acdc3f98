//! What overrides would change, and the change itself: all of it or nothing.

use std::collections::BTreeMap;
use std::fmt;

#[cfg(feature = "axum")]
use serde_json::{Map, Value as Json};

use super::change::{self, Change, shown, without_column};
use super::layers::{self, Base, Origins, Spot};
use super::leaf::{Kinds, Leaf};
use super::problems::Problems;
use super::resolve::{Known, note, winners};
use super::target::{Planned, Target, read_mode, read_state, target};
use crate::current::{Forced, allowed};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::problem::Problem;
use crate::registry::registry;

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

/// One policy, and what it comes to.
struct Step {
    known: Known,
    target: &'static dyn Target,
    planned: Planned,
    mode: Option<Mode>,
    state: Option<Forced>,
    origins: Origins,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.known.kind, self.known.name)
    }
}

impl Plan {
    /// Judges what file and environment say, and what the admin routes set.
    pub(super) fn of(base: Base) -> Result<Self, Problems> {
        Self::under(base, admin_leaves())
    }

    /// Judges overrides against the policies of this program. Those of the admin routes have places of their own.
    pub(super) fn under(base: Base, admin: Vec<Leaf>) -> Result<Self, Problems> {
        let has_admin = !admin.is_empty();
        let leaves = [base.leaves.as_slice(), &admin].concat();
        let (known, targets): (Vec<_>, Vec<_>) = policies().into_iter().unzip();
        let mut problems = mistakes(&leaves, &known, &targets);
        let (winners, found) = winners(&leaves, &known, base.allow_unknown);
        found.problems.into_iter().for_each(|problem| note(&mut problems, problem));
        let mut steps = Vec::new();
        for ((known, target), leaves) in known.into_iter().zip(targets).zip(winners) {
            match step(known, target, &leaves) {
                Ok(step) => steps.push(step),
                Err(problem) => note(&mut problems, problem),
            }
        }
        if !problems.is_empty() {
            return Err(Problems::new(problems));
        }
        let changes = steps.iter().flat_map(Step::changes).collect();
        Ok(Self { base, has_admin, steps, changes, warnings: found.warnings })
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
        if self.has_admin || !admin.is_empty() { Self::under(self.base, admin) } else { Ok(self) }
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
        done
    }
}

#[cfg(feature = "axum")]
use super::admin::leaves as admin_leaves;

/// Without the routes there are none.
#[cfg(not(feature = "axum"))]
fn admin_leaves() -> Vec<Leaf> {
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
        change::tell(&self.changes);
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
    let listed = registry().listed();
    let known = listed.filter_map(|listed| {
        let identity = listed.identity();
        let known =
            Known { kind: listed.kind(), name: identity.name().as_str(), place: identity.place() };
        Some((known, target(listed)?))
    });
    known.collect()
}

/// What is wrong with single overrides, wherever they win.
fn mistakes(leaves: &[Leaf], known: &[Known], targets: &[&'static dyn Target]) -> Vec<Problem> {
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

fn step(
    known: Known,
    target: &'static dyn Target,
    winners: &BTreeMap<&str, &Leaf>,
) -> Result<Step, Problem> {
    let (own, by_hand) = target.own();
    let mut leaves: Vec<_> = winners.values().copied().collect();
    leaves.retain(|leaf| leaf.source.wins_over_program() || !by_hand.contains(&leaf.option));
    let planned = target.plan(&leaves)?;
    let mut origins = Origins::default();
    for leaf in leaves.iter().filter(|leaf| own.contains_key(&leaf.option)) {
        origins.options.insert(leaf.option.clone(), leaf.places.value.clone());
    }
    for option in by_hand {
        origins.options.entry(option).or_insert_with(|| "program".into());
    }
    let mode = mode(&known, target, winners.get("mode").copied(), &mut origins);
    let state = winners.get("state").and_then(|leaf| read_state(leaf).ok()).flatten();
    if let Some(leaf) = winners.get("state") {
        origins.options.insert("state".into(), leaf.places.value.clone());
    }
    Ok(Step { known, target, planned, mode, state, origins })
}

/// The admin routes' word, else the program's by hand, else the override's, else that everything is enforced.
fn mode(
    known: &Known,
    target: &'static dyn Target,
    leaf: Option<&Leaf>,
    origins: &mut Origins,
) -> Option<Mode> {
    target.mode()?;
    let wins = leaf.is_some_and(|leaf| leaf.source.wins_over_program());
    if let Some(by_hand) = target.own_mode().filter(|_| !wins) {
        origins.options.insert("mode".into(), "program".into());
        return Some(by_hand);
    }
    let wanted = leaf.and_then(|leaf| Some((leaf, read_mode(leaf).ok()?)));
    // What is said of every kind skips those that have no such mode.
    let (leaf, mode) = match wanted {
        Some((leaf, mode)) if allowed(known.kind, mode).is_ok() => (leaf, mode),
        _ => return Some(Mode::Enforce),
    };
    origins.options.insert("mode".into(), leaf.places.value.clone());
    Some(mode)
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

impl Step {
    fn changes(&self) -> Vec<Change> {
        let before = self.target.in_force();
        let options = self.planned.options.iter();
        let others = options.filter(|(option, value)| before.get(*option) != Some(value));
        let mut changes: Vec<_> = others
            .map(|(option, value)| {
                self.change(option, shown(before.get(option)), shown(Some(value)))
            })
            .collect();
        if let (Some(from), Some(to)) = (self.target.mode(), self.mode)
            && from != to
        {
            changes.push(self.change("mode", from.to_string(), to.to_string()));
        }
        let (from, to) = (layers::forced(self.spot()), self.state);
        if from != to {
            changes.push(self.change("state", state(from).into(), state(to).into()));
        }
        changes
    }

    fn change(&self, option: &str, from: String, to: String) -> Change {
        let origin = self.origins.options.get(option).map_or_else(
            || format!("attribute {}", self.known.place),
            |place| without_column(place).to_owned(),
        );
        Change {
            kind: self.known.kind,
            policy: self.known.name,
            option: option.to_owned(),
            from,
            to,
            origin,
        }
    }

    fn spot(&self) -> Spot {
        (self.known.kind, self.known.name)
    }

    fn apply(self, layers: &mut layers::Layers) -> Result<(), Problem> {
        let spot = self.spot();
        if let Some(mode) = self.mode {
            self.target.put_mode(mode);
        }
        layers.note(spot, self.origins);
        if self.planned.options == self.target.in_force() { Ok(()) } else { (self.planned.put)() }
    }
}

fn state(state: Option<Forced>) -> &'static str {
    match state {
        None => "closed",
        Some(Forced::Open) => "forced-open",
        Some(Forced::Closed) => "forced-closed",
    }
}
