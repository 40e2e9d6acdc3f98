//! The metrics, family by family.

use super::collect::Collected;
use super::text::Text;
use crate::Histogram;
use crate::State::{self, Closed, HalfOpen, Open};
use crate::keyed::BreakerSum;

/// What a breaker does by its own judgement.
const NATURAL: [(State, State); 4] =
    [(Closed, Open), (Open, HalfOpen), (HalfOpen, Closed), (HalfOpen, Open)];

pub(super) fn write(text: &mut Text, all: &Collected) {
    calls(text, all);
    states(text, all);
    transitions(text, all);
    retries(text, all);
    bulkheads(text, all);
    durations(text, all);
}

fn calls(text: &mut Text, all: &Collected) {
    let name = "resilience_calls_total";
    text.counter(name, "Calls by how they ended, as far as the policy counts them.");
    for (kind, policy, outcomes) in all.calls() {
        for (outcome, count) in outcomes {
            text.sample(name, &[("kind", kind), ("policy", policy), ("outcome", outcome)], count);
        }
    }
}

fn states(text: &mut Text, all: &Collected) {
    let name = "resilience_circuit_breaker_state";
    text.gauge(name, "1 for the state that the circuit breaker is in, 0 for every other.");
    for (policy, sum) in &all.breakers {
        for (state, present) in State::ALL.into_iter().zip(sum.present) {
            text.sample(name, &[("policy", policy), ("state", state.as_str())], u8::from(present));
        }
    }
}

fn transitions(text: &mut Text, all: &Collected) {
    let name = "resilience_circuit_breaker_transitions_total";
    text.counter(name, "Changes of the circuit breaker's state.");
    for (policy, sum) in &all.breakers {
        for (from, to, count) in seen(sum) {
            text.sample(
                name,
                &[("policy", policy), ("from", from.as_str()), ("to", to.as_str())],
                count,
            );
        }
    }
}

fn seen(sum: &BreakerSum) -> impl Iterator<Item = (State, State, u64)> {
    let pairs = State::ALL.into_iter().flat_map(|from| State::ALL.map(|to| (from, to)));
    let counted = pairs.map(|(from, to)| (from, to, sum.transitions[from as usize][to as usize]));
    counted.filter(|(from, to, count)| *count > 0 || NATURAL.contains(&(*from, *to)))
}

fn retries(text: &mut Text, all: &Collected) {
    let name = "resilience_retries_total";
    text.counter(name, "Attempts beyond the first ones.");
    for (policy, totals) in &all.retries {
        text.sample(name, &[("policy", policy)], totals.retries);
    }
}

fn bulkheads(text: &mut Text, all: &Collected) {
    let name = "resilience_bulkhead_in_flight";
    text.gauge(name, "Calls that hold a slot of the bulkhead.");
    for (policy, sum) in &all.bulkheads {
        text.sample(name, &[("policy", policy)], sum.in_flight);
    }
    let name = "resilience_bulkhead_queued";
    text.gauge(name, "Calls that wait for a slot of the bulkhead.");
    for (policy, sum) in &all.bulkheads {
        text.sample(name, &[("policy", policy)], sum.queued);
    }
}

fn durations(text: &mut Text, all: &Collected) {
    text.histogram(
        "resilience_call_duration_seconds",
        "How long calls through the circuit breaker took.",
    );
    for (policy, sum) in &all.breakers {
        if let Some(latency) = sum.latency {
            duration(text, policy, &latency);
        }
    }
}

fn duration(text: &mut Text, policy: &str, latency: &Histogram) {
    let mut so_far = 0;
    for (bound, count) in latency.buckets() {
        so_far += count;
        let bound =
            bound.map_or_else(|| "+Inf".to_owned(), |bound| bound.as_secs_f64().to_string());
        text.sample(
            "resilience_call_duration_seconds_bucket",
            &[("policy", policy), ("le", &bound)],
            so_far,
        );
    }
    let seconds = latency.sum().as_secs_f64();
    text.sample("resilience_call_duration_seconds_sum", &[("policy", policy)], seconds);
    text.sample("resilience_call_duration_seconds_count", &[("policy", policy)], so_far);
}
