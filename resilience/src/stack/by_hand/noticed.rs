//! Changes by the program, told like those from outside; then overrides that win over the program have their say again.

use std::sync::OnceLock;

use serde::Serialize;

use crate::grammar;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::stack::event::{self, Change, tell_changes};

/// Which policy.
type Spot = (PolicyKind, Name);

static SETTLE: OnceLock<fn(Spot)> = OnceLock::new();

/// Calls `settle` with each policy that the program changes from now on. There is one such function.
pub(crate) fn on_change(settle: fn(Spot)) {
    SETTLE.get_or_init(|| settle);
}

/// Where such a change comes from, as events and the log tell it.
pub(crate) const BY_HAND: &str = "program";

pub(super) fn options<C: PartialEq + Serialize>(spot: Spot, before: &C, now: &C) {
    if before != now && is_heard() {
        tell(spot, grammar::differences(&grammar::options(before), &grammar::options(now)));
    }
    settle(spot);
}

pub(super) fn mode(spot: Spot, before: Mode, now: Mode) {
    if before != now {
        tell(spot, vec![("mode".into(), before.to_string(), now.to_string())]);
    }
    settle(spot);
}

fn tell((kind, name): Spot, differences: Vec<(String, String, String)>) {
    let policy = name.as_str();
    let change =
        |(option, from, to)| Change { kind, policy, option, from, to, origin: BY_HAND.into() };
    let changes: Vec<_> = differences.into_iter().map(change).collect();
    for change in &changes {
        tracing::info!(target: "resilience::overrides", event = "reconfigured", policy = %name, "{change}");
    }
    tell_changes(&changes);
}

/// Without listeners nothing is written down: a program may change options often.
fn is_heard() -> bool {
    tracing::level_enabled!(tracing::Level::INFO) || event::is_heard()
}

fn settle(spot: Spot) {
    if let Some(settle) = SETTLE.get() {
        settle(spot);
    }
}
