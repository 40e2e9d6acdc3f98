//! Modes and overrides: what is not as the attributes say, and which calls passed because of it.

use std::collections::BTreeMap;

use super::collect::Collected;
use super::sink::{Sink, policy};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::registry::Registry;
use crate::registry::pace::Pace;

/// One policy's mode; of those that share a name, the sum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Modes {
    in_force: [bool; Mode::ALL.len()],
    would_reject: u64,
    bypassed: u64,
}

pub(super) type Entry = ((PolicyKind, Name), Modes);

/// By kind and name.
pub(super) type AllModes = Vec<Entry>;

/// The sums while they are added up.
#[derive(Default)]
struct Sums(BTreeMap<(PolicyKind, Name), Modes>);

impl Sums {
    fn add(&mut self, kind: PolicyKind, name: Name, mode: Mode, would_reject: u64, bypassed: u64) {
        let modes = self.0.entry((kind, name)).or_default();
        modes.in_force[mode as usize] = true;
        modes.would_reject += would_reject;
        modes.bypassed += bypassed;
    }
}

pub(super) async fn read(registry: &Registry, pace: &mut Pace) -> AllModes {
    let mut sums = Sums::default();
    macro_rules! add {
        ($($list:ident $kind:ident $($would_reject:ident)?;)*) => {
            $(for one in registry.$list() {
                let would_reject = [0 $(, one.$would_reject())?].into_iter().sum();
                sums.add(PolicyKind::$kind, one.name(), one.mode(), would_reject, one.bypassed());
                pace.count().await;
            })*
        };
    }
    add! {
        circuit_breakers CircuitBreaker would_reject;
        retries Retry;
        timeouts Timeout would_reject;
        bulkheads Bulkhead would_reject;
        rate_limiters RateLimiter would_reject;
        hedges Hedge;
    }
    for keyed in registry.keyed_circuit_breakers() {
        sums.add(PolicyKind::CircuitBreaker, keyed.name(), keyed.mode(), 0, 0);
    }
    for keyed in registry.keyed_bulkheads() {
        sums.add(PolicyKind::Bulkhead, keyed.name(), keyed.mode(), 0, 0);
    }
    for keyed in registry.keyed_rate_limiters() {
        sums.add(PolicyKind::RateLimiter, keyed.name(), keyed.mode(), 0, 0);
    }
    sums.0.into_iter().collect()
}

/// The modes in force: `enforce` is written, too, so that a query needs no absence.
pub(super) fn write(all: &Collected, place: usize, to: &mut dyn Sink) {
    let ((kind, name), modes) = all.modes[place];
    to.series(&[("kind", kind.as_str()), policy(name)]);
    for (mode, is_in_force) in Mode::ALL.into_iter().zip(modes.in_force) {
        if is_in_force {
            to.value(&[("mode", mode.as_str())], 1);
        }
    }
}

/// The outcomes of calls that passed because nothing was enforced, once there were any.
pub(super) fn write_passed(((kind, name), modes): &Entry, to: &mut dyn Sink) {
    let passed = [("would_reject", modes.would_reject), ("bypassed", modes.bypassed)];
    to.series(&[("kind", kind.as_str()), policy(*name)]);
    for (outcome, count) in passed.into_iter().filter(|(_, count)| *count > 0) {
        to.value(&[("outcome", outcome)], count);
    }
}
