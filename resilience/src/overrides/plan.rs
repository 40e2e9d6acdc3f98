//! What overrides would change, and the change itself: all of it or nothing.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use super::layers::{self, Origins, Spot};
use super::leaf::{Kinds, Leaf};
use super::problems::Problems;
use super::resolve::{Known, note, winners};
use super::target::{Planned, Target, read_mode, read_state, target};
use crate::current::{Forced, allowed};
use crate::grammar::parse_duration;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::problem::Problem;
use crate::registry::registry;
use crate::stack::event::{self, Event};

/// Overrides that were read and checked, and are not in force yet.
///
/// Its [`Display`](fmt::Display) lists what would change, a line each: `payments.open_for: 60s → 5s (resilience.toml:4)`.
#[derive(Debug)]
#[must_use = "a plan changes nothing until it is applied"]
pub struct Plan {
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

/// One option that gets another value.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    kind: PolicyKind,
    policy: &'static str,
    option: String,
    from: String,
    to: String,
    /// Where the new value comes from.
    origin: String,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.known.kind, self.known.name)
    }
}

impl Plan {
    /// Judges `leaves` against the policies of this program.
    pub(super) fn of(leaves: &[Leaf], allow_unknown: bool) -> Result<Self, Problems> {
        let (known, targets): (Vec<_>, Vec<_>) = policies().into_iter().unzip();
        let mut problems = mistakes(leaves, &known, &targets);
        let (winners, found) = winners(leaves, &known, allow_unknown);
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
        Ok(Self { steps, changes, warnings: found.warnings })
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
        for warning in &self.warnings {
            tracing::warn!(target: "resilience::overrides", event = "override_without_effect", "{warning}");
        }
        for change in &self.changes {
            tracing::warn!(target: "resilience::overrides", event = "reconfigured", policy = change.policy, "{change}");
        }
        let (mut forced, mut problems) = (Vec::new(), Vec::new());
        layers::replace(|layers| {
            for step in self.steps {
                if layers.force(step.spot(), step.state) {
                    forced.push((step.target, step.state));
                }
                problems.extend(step.apply(layers).err());
            }
        });
        // Outside of the lock, because hooks run.
        for (target, state) in forced {
            target.force(state);
        }
        for changes in self.changes.chunk_by(|one, other| one.spot() == other.spot()) {
            tell(changes);
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems::new(problems)) }
    }
}

/// Tells listeners of one policy's changes.
fn tell(changes: &[Change]) {
    event::announce(Event::Reconfigured {
        kind: changes[0].kind,
        policy: Name::new(changes[0].policy),
        changes: changes.iter().map(ToString::to_string).collect(),
        source: changes[0].origin.as_str().into(),
    });
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

impl Change {
    fn spot(&self) -> Spot {
        (self.kind, self.policy)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, option, from, to, origin, .. } = self;
        write!(f, "{policy}.{option}: {from} → {to} ({origin})")
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
    leaves.retain(|leaf| !by_hand.contains(&leaf.option));
    let planned = target.plan(&leaves)?;
    let mut origins = Origins::default();
    for leaf in leaves.iter().filter(|leaf| own.contains_key(&leaf.option)) {
        origins.options.insert(leaf.option.clone(), leaf.places.value.clone());
    }
    for option in by_hand {
        origins.options.insert(option, "program".into());
    }
    let mode = mode(&known, target, winners.get("mode").copied(), &mut origins);
    let state = winners.get("state").and_then(|leaf| read_state(leaf).ok()).flatten();
    if let Some(leaf) = winners.get("state") {
        origins.options.insert("state".into(), leaf.places.value.clone());
    }
    Ok(Step { known, target, planned, mode, state, origins })
}

/// The program's word by hand, else the override's, else that everything is enforced.
fn mode(
    known: &Known,
    target: &'static dyn Target,
    leaf: Option<&Leaf>,
    origins: &mut Origins,
) -> Option<Mode> {
    target.mode()?;
    if let Some(by_hand) = target.own_mode() {
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

/// `file:line` of `file:line:column`; a variable's name as it is.
fn without_column(place: &str) -> &str {
    match place.rsplit_once(':') {
        Some((line, column)) if column.parse::<u32>().is_ok() => line,
        _ => place,
    }
}

/// A value as people write it.
fn shown(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => "off".into(),
        Some(Json::String(text)) => match parse_duration(text) {
            Ok(duration) => format!("{duration:?}"),
            Err(_) => text.clone(),
        },
        // A window is a table with its one meaning inside.
        Some(Json::Object(table)) if table.len() == 1 => shown(table.values().next()),
        Some(other) => other.to_string(),
    }
}
