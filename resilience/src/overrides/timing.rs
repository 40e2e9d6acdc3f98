//! Time limits and delays around one function that contradict each other under overrides: the attributes' own checks, for
//! the values that would be in force.

use std::collections::HashMap;
use std::time::Duration;

use super::leaf::Leaf;
use super::resolve::note;
use super::target::about;
use crate::functions::{self, Function};
use crate::name::{Identity, Listed};
use crate::problem::Problem;

/// What a policy does to the time of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Timing {
    /// It ends then.
    Limit(Duration),
    /// So long are the delays between its attempts, before chance shortens them.
    Delays(Vec<Duration>),
    /// Nothing that others must agree with.
    Other,
}

/// What overrides make of a policy's timing.
pub(super) struct Timed<'l> {
    pub(super) timing: Timing,
    /// The override that it comes from; `None`: it is as the program says.
    pub(super) leaf: Option<&'l Leaf>,
}

/// Options that decide about the time of a call, the most telling first.
const OPTIONS: [&str; 6] = ["after", "attempts", "delay", "max_delay", "factor", "backoff"];

impl<'l> Timed<'l> {
    pub(super) fn new(timing: Timing, leaves: &[&'l Leaf]) -> Self {
        let of = |option: &&str| leaves.iter().find(|leaf| leaf.option == *option).copied();
        Self { timing, leaf: OPTIONS.iter().find_map(of) }
    }
}

/// By the address of the policy's identity, which lives in a static.
#[derive(Default)]
pub(super) struct AllTimed<'l>(HashMap<usize, Timed<'l>>);

fn address(identity: &Identity) -> usize {
    std::ptr::from_ref(identity).addr()
}

impl<'l> AllTimed<'l> {
    pub(super) fn add(&mut self, listed: Listed, timed: Timed<'l>) {
        self.0.insert(address(listed.identity()), timed);
    }

    /// Contradictions that an override has a part in, each told at the override.
    pub(super) fn contradictions(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.0.values().all(|timed| timed.leaf.is_none()) {
            return problems;
        }
        for function in functions::all() {
            let stack = self.stack(function);
            for (at, inner) in stack.iter().enumerate() {
                let found = stack[..at].iter().filter_map(|outer| contradiction(outer, inner));
                found.for_each(|problem| note(&mut problems, problem));
            }
        }
        problems
    }

    /// Those around a function that are known without a call, outermost first.
    fn stack(&self, function: Function) -> Vec<&Timed<'l>> {
        let known = function.resolved().filter(|layer| !layer.open_ended);
        let policies = known.filter_map(|layer| layer.policy);
        policies.filter_map(|policy| self.0.get(&address(policy.identity()))).collect()
    }
}

fn contradiction(outer: &Timed<'_>, inner: &Timed<'_>) -> Option<Problem> {
    let Timing::Limit(limit) = outer.timing else { return None };
    let (leaf, sentence) = match &inner.timing {
        Timing::Delays(delays) => (outer.leaf.or(inner.leaf)?, outlasted(limit, delays)?),
        Timing::Limit(inside) => (inner.leaf.or(outer.leaf)?, never_reached(limit, *inside)?),
        Timing::Other => return None,
    };
    Some(about(leaf, &sentence))
}

/// An outer timeout that ends before the retries' delays alone are over.
fn outlasted(limit: Duration, delays: &[Duration]) -> Option<String> {
    let total = sum(delays);
    if total < limit {
        return None;
    }
    let attempts = delays.len() + 1;
    let fits = (0..attempts).filter(|n| sum(&delays[..*n]) < limit).count();
    Some(format!(
        "this limit of {limit:?} ends before the pauses between the {attempts} attempts are over, {total:?} in all: \
         {fits} of them can run; write at least \"{}\", or retry with `attempts = {fits}`",
        beyond(total),
    ))
}

/// An inner timeout that the outer one always precedes.
fn never_reached(outside: Duration, inside: Duration) -> Option<String> {
    (inside >= outside).then(|| {
        format!(
            "this inner limit of {inside:?} is never reached, because the outer one of {outside:?} ends first: write \
             less, or remove one"
        )
    })
}

fn sum(delays: &[Duration]) -> Duration {
    delays.iter().fold(Duration::ZERO, |sum, delay| sum.saturating_add(*delay))
}

/// The next round limit above `total`, as one would write it.
fn beyond(total: Duration) -> String {
    match total.as_secs() {
        0 => format!("{}ms", total.as_millis() / 100 * 100 + 100),
        seconds => format!("{}s", seconds.saturating_add(1)),
    }
}
