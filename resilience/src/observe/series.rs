//! What circuit breakers and bulkheads have to say: their series, one policy at a time.

use super::collect::Collected;
use super::sink::{Sink, policy};
use crate::circuit_state::CircuitState::{self, Closed, HalfOpen, Open};
use crate::keyed::BreakerAggregate;
use crate::name::Name;

pub(super) fn states(all: &Collected, place: usize, to: &mut dyn Sink) {
    let (name, sum) = &all.breakers[place];
    to.series(&[policy(*name)]);
    for (state, present) in CircuitState::ALL.into_iter().zip(sum.present) {
        to.value(&[("state", state.as_str())], present.into());
    }
}

pub(super) fn transitions(all: &Collected, place: usize, to: &mut dyn Sink) {
    let (name, sum) = &all.breakers[place];
    to.series(&[policy(*name)]);
    for (before, after, count) in seen(sum) {
        to.value(&[("from", before.as_str()), ("to", after.as_str())], count);
    }
}

/// What a breaker does by its own judgement.
const NATURAL: [(CircuitState, CircuitState); 4] =
    [(Closed, Open), (Open, HalfOpen), (HalfOpen, Closed), (HalfOpen, Open)];

fn seen(sum: &BreakerAggregate) -> impl Iterator<Item = (CircuitState, CircuitState, u64)> {
    let pairs =
        CircuitState::ALL.into_iter().flat_map(|from| CircuitState::ALL.map(|to| (from, to)));
    let counted = pairs.map(|(from, to)| (from, to, sum.transitions[from as usize][to as usize]));
    counted.filter(|(from, to, count)| *count > 0 || NATURAL.contains(&(*from, *to)))
}

pub(super) fn durations(all: &Collected, place: usize, to: &mut dyn Sink) {
    let (name, sum) = &all.breakers[place];
    if let Some(latency) = &sum.latency {
        to.series(&[policy(*name)]);
        to.durations(latency);
    }
}

/// Both latencies of an adaptive bulkhead, once it knows them.
pub(super) fn latencies(all: &Collected, place: usize, to: &mut dyn Sink) {
    let (name, sum) = &all.bulkheads[place];
    for (kind, nanos) in [("base", sum.base), ("recent", sum.recent)] {
        if nanos > 0.0 {
            to.series(&[policy(*name)]);
            to.seconds(&[("kind", kind)], nanos / 1e9);
        }
    }
}

pub(super) fn waits(all: &Collected, place: usize, to: &mut dyn Sink) {
    let (name, sum) = &all.bulkheads[place];
    if let Some(waits) = &sum.waits {
        to.series(&[policy(*name)]);
        to.durations(waits);
    }
}

pub(super) fn plain<T>((name, one): &(Name, Box<T>), value: fn(&T) -> u64, to: &mut dyn Sink) {
    to.series(&[policy(*name)]);
    to.value(&[], value(one));
}
