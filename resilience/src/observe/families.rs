//! The metrics, family by family: the one list behind every way to export them.

use std::sync::LazyLock;

use super::collect::Collected;
use crate::State::{self, Closed, HalfOpen, Open};
use crate::keyed::BreakerSum;
use crate::{Histogram, Name};

/// One metric: every policy that has something to say about it has its series.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) shape: Shape,
    pub(super) read: fn(&Collected<'_>, &mut dyn Sink),
}

/// How the values of a family behave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// They only grow.
    Counter,
    /// They come and go.
    Gauge,
    /// They are durations, in seconds, counted by buckets.
    Histogram,
}

/// A name and a value. Both live as long as the program: policies do.
pub(super) type Label = (&'static str, &'static str);

/// Where the values go.
pub(super) trait Sink {
    /// Begins a series or more: the labels that they share.
    fn series(&mut self, shared: &[Label]);
    /// One value, with the labels that it has besides.
    fn value(&mut self, own: &[Label], value: u64);
    /// The value of a histogram.
    fn durations(&mut self, durations: &Histogram);
}

pub(super) static FAMILIES: [Family; 7] = [
    Family {
        name: "resilience_calls_total",
        help: "Calls by how they ended, as far as the policy counts them.",
        shape: Shape::Counter,
        read: calls,
    },
    Family {
        name: "resilience_circuit_breaker_state",
        help: "1 for the state that the circuit breaker is in, 0 for every other.",
        shape: Shape::Gauge,
        read: states,
    },
    Family {
        name: "resilience_circuit_breaker_transitions_total",
        help: "Changes of the circuit breaker's state.",
        shape: Shape::Counter,
        read: transitions,
    },
    Family {
        name: "resilience_retries_total",
        help: "Attempts beyond the first ones.",
        shape: Shape::Counter,
        read: |all, to| each(to, all.retries(), |totals| totals.retries),
    },
    Family {
        name: "resilience_bulkhead_in_flight",
        help: "Calls that hold a slot of the bulkhead.",
        shape: Shape::Gauge,
        read: |all, to| each(to, all.bulkheads(), |sum| sum.in_flight),
    },
    Family {
        name: "resilience_bulkhead_queued",
        help: "Calls that wait for a slot of the bulkhead.",
        shape: Shape::Gauge,
        read: |all, to| each(to, all.bulkheads(), |sum| sum.queued),
    },
    Family {
        name: "resilience_call_duration_seconds",
        help: "How long calls through the circuit breaker took.",
        shape: Shape::Histogram,
        read: durations,
    },
];

fn calls(all: &Collected<'_>, to: &mut dyn Sink) {
    all.each_outcome(|kind, name, outcomes| {
        to.series(&[("kind", kind), policy(name)]);
        for (outcome, count) in outcomes {
            to.value(&[("outcome", outcome)], *count);
        }
    });
}

fn states(all: &Collected<'_>, to: &mut dyn Sink) {
    for (name, sum) in all.breakers() {
        to.series(&[policy(*name)]);
        for (state, present) in State::ALL.into_iter().zip(sum.present) {
            to.value(&[("state", state.as_str())], present.into());
        }
    }
}

fn transitions(all: &Collected<'_>, to: &mut dyn Sink) {
    for (name, sum) in all.breakers() {
        to.series(&[policy(*name)]);
        for (before, after, count) in seen(sum) {
            to.value(&[("from", before.as_str()), ("to", after.as_str())], count);
        }
    }
}

/// What a breaker does by its own judgement.
const NATURAL: [(State, State); 4] =
    [(Closed, Open), (Open, HalfOpen), (HalfOpen, Closed), (HalfOpen, Open)];

fn seen(sum: &BreakerSum) -> impl Iterator<Item = (State, State, u64)> {
    let pairs = State::ALL.into_iter().flat_map(|from| State::ALL.map(|to| (from, to)));
    let counted = pairs.map(|(from, to)| (from, to, sum.transitions[from as usize][to as usize]));
    counted.filter(|(from, to, count)| *count > 0 || NATURAL.contains(&(*from, *to)))
}

fn durations(all: &Collected<'_>, to: &mut dyn Sink) {
    for (name, sum) in all.breakers() {
        if let Some(latency) = &sum.latency {
            to.series(&[policy(*name)]);
            to.durations(latency);
        }
    }
}

fn each<T>(to: &mut dyn Sink, all: &[(Name, T)], value: fn(&T) -> u64) {
    for (name, one) in all {
        to.series(&[policy(*name)]);
        to.value(&[], value(one));
    }
}

fn policy(name: Name) -> Label {
    ("policy", name.as_str())
}

/// The buckets as exporters want them: the label `le`, and how many calls took no longer.
pub(super) fn buckets(durations: &Histogram) -> impl Iterator<Item = (&'static str, u64)> {
    static BOUNDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let bounds = Histogram::default().buckets().map(|(bound, _)| bound);
        let seconds = bounds.map(|bound| bound.map_or(f64::INFINITY, |bound| bound.as_secs_f64()));
        seconds
            .map(|bound| if bound.is_finite() { bound.to_string() } else { "+Inf".to_owned() })
            .collect()
    });
    let mut so_far = 0;
    BOUNDS.iter().zip(durations.buckets()).map(move |(bound, (_, count))| {
        so_far += count;
        (bound.as_str(), so_far)
    })
}
