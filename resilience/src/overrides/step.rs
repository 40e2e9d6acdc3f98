//! What one policy comes to under overrides.

use std::collections::BTreeMap;
use std::fmt;

use super::layers::{self, Origins, Spot};
use super::leaf::Leaf;
use super::resolve::Known;
use super::target::{Planned, Target, read_mode, read_state};
use super::timing::{Timed, Timing};
use crate::current::{Forced, allowed};
use crate::grammar::differences;
use crate::mode::Mode;
use crate::problem::Problem;
use crate::stack::event::{BY_HAND, Change};

/// One policy, and what it comes to.
pub(super) struct Step {
    pub(super) known: Known,
    pub(super) target: &'static dyn Target,
    pub(super) planned: Planned,
    pub(super) mode: Option<Mode>,
    pub(super) state: Option<Forced>,
    origins: Origins,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.known.kind, self.known.name)
    }
}

/// Judges the overrides that win for one policy.
pub(super) fn step(
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
        origins.options.entry(option).or_insert_with(|| BY_HAND.into());
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
        origins.options.insert("mode".into(), BY_HAND.into());
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
    /// What it does to the time of a call, and the override that says so.
    pub(super) fn timed<'l>(&self, winners: &BTreeMap<&str, &'l Leaf>) -> Timed<'l> {
        let is_origin =
            |leaf: &&&Leaf| self.origins.options.get(&leaf.option) == Some(&leaf.places.value);
        let leaves: Vec<_> = winners.values().filter(is_origin).copied().collect();
        let enforces = self.mode.is_none_or(|mode| mode == Mode::Enforce);
        let timing = if enforces { self.planned.timing.clone() } else { Timing::Other };
        Timed::new(timing, &leaves)
    }

    pub(super) fn changes(&self) -> Vec<Change> {
        self.changes_from(&format!("attribute {}", self.known.place))
    }

    /// What changes because the program changed it by hand.
    pub(super) fn changes_by_hand(&self) -> Vec<Change> {
        self.changes_from(BY_HAND)
    }

    /// `fallback` is where an option comes from that nothing overrides.
    fn changes_from(&self, fallback: &str) -> Vec<Change> {
        let differences = differences(&self.target.in_force(), &self.planned.options).into_iter();
        let mut changes: Vec<_> =
            differences.map(|(option, from, to)| self.change(option, from, to, fallback)).collect();
        if let (Some(from), Some(to)) = (self.target.mode(), self.mode)
            && from != to
        {
            changes.push(self.change("mode".into(), from.to_string(), to.to_string(), fallback));
        }
        let (from, to) = (layers::forced(self.spot()), self.state);
        if from != to {
            changes.push(self.change(
                "state".into(),
                state(from).into(),
                state(to).into(),
                fallback,
            ));
        }
        changes
    }

    fn change(&self, option: String, from: String, to: String, fallback: &str) -> Change {
        let origin = self.origins.options.get(&option).map(|place| without_column(place));
        let origin = origin.unwrap_or(fallback).to_owned();
        Change { kind: self.known.kind, policy: self.known.name, option, from, to, origin }
    }

    pub(super) fn spot(&self) -> Spot {
        (self.known.kind, self.known.name)
    }

    /// Puts mode and options in force. Hooks are told later.
    pub(super) fn apply(self) -> Result<(), Problem> {
        if let Some(mode) = self.mode.filter(|mode| self.target.mode() != Some(*mode)) {
            self.target.put_mode(mode);
        }
        layers::note(self.spot(), self.origins);
        self.planned.put.map_or(Ok(()), |put| put())
    }
}

/// A state as it is written.
pub(super) fn state(state: Option<Forced>) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_told_in_the_words_of_a_file() {
        let told = [None, Some(Forced::Open), Some(Forced::Closed)].map(state);
        assert_eq!(told, ["closed", "forced-open", "forced-closed"]);
    }

    #[test]
    fn a_place_is_told_by_its_line() {
        let told = ["a.toml:3:14", "src/a.rs:3", "RESILIENCE__SHOP", "a:b"].map(without_column);
        assert_eq!(told, ["a.toml:3", "src/a.rs", "RESILIENCE__SHOP", "a:b"]);
    }
}
