//! How calls ended, and in which mode: what any policy counts, by kind and name, whatever its kind.

use super::sink::{Sink, policy};
use super::sorted::entry;
use crate::keyed::Aggregate;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::{Listed, Name};

/// The word for the label `outcome`, and how many calls ended so.
type Outcome = (&'static str, u64);

/// What one policy counts; of those that share a name, the sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes {
    counts: Vec<Outcome>,
    /// Which modes are in force, by [`Mode::ALL`]'s order.
    modes: [bool; Mode::ALL.len()],
}

impl Outcomes {
    fn add(&mut self, word: &'static str, count: u64) {
        match self.counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, sum)) => *sum += count,
            None => self.counts.push((word, count)),
        }
    }
}

pub(super) type Entry = ((PolicyKind, Name), Outcomes);

/// The sums while they are added up, by kind and name.
#[derive(Default)]
pub(super) struct Sums(Vec<Entry>);

impl Sums {
    pub(super) fn add(&mut self, listed: Listed) {
        let key = (listed.kind(), listed.identity().name());
        let sum = entry(&mut self.0, key, Outcomes::default);
        listed.any().outcomes(&mut |word, count| sum.add(word, count));
        listed.any().passed(&mut |word, count| sum.add(word, count));
        if let Some(mode) = listed.any().mode() {
            sum.modes[mode as usize] = true;
        }
    }

    /// What the keys of a policy have counted.
    pub(super) fn add_keys(&mut self, kind: PolicyKind, name: Name, keys: &impl Aggregate) {
        let sum = entry(&mut self.0, (kind, name), Outcomes::default);
        keys.tell(&mut |word, count| sum.add(word, count));
    }

    /// Without those that count nothing.
    pub(super) fn finish(mut self) -> Vec<Entry> {
        let some =
            |outcomes: &Outcomes| !outcomes.counts.is_empty() || outcomes.modes.contains(&true);
        self.0.retain(|(_, outcomes)| some(outcomes));
        self.0
    }
}

pub(super) fn write(((kind, name), outcomes): &Entry, to: &mut dyn Sink) {
    to.series(&[("kind", kind.as_str()), policy(*name)]);
    for (outcome, count) in &outcomes.counts {
        to.value(&[("outcome", outcome)], *count);
    }
}

/// The modes in force: `enforce` is written, too, so that a query needs no absence.
pub(super) fn write_modes(((kind, name), outcomes): &Entry, to: &mut dyn Sink) {
    to.series(&[("kind", kind.as_str()), policy(*name)]);
    for (mode, is_in_force) in Mode::ALL.into_iter().zip(outcomes.modes) {
        if is_in_force {
            to.value(&[("mode", mode.as_str())], 1);
        }
    }
}
