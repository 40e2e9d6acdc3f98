//! Changes by the program, told like those from outside, and made together with the overrides that win over the program.

use std::sync::OnceLock;

use crate::current::{Configured, ModeCell};
use crate::grammar;
use crate::mode::Mode;
use crate::name::{Identity, Listable};
use crate::problem::Problem;
use crate::stack::event::{self, BY_HAND, Change, tell_changes};

/// Notes a change that the program makes of that policy, by a function that takes it back when it is called again; then
/// puts in force what the program and the overrides come to together. `None`: no overrides can reach the policy, and
/// nothing was noted.
pub(crate) type Settle = fn(&Identity, &mut dyn FnMut()) -> Option<Result<(), Problem>>;

static SETTLE: OnceLock<Settle> = OnceLock::new();

/// Calls `settle` for each change that the program makes from now on. There is one such function.
pub(crate) fn on_change(settle: Settle) {
    SETTLE.get_or_init(|| settle);
}

/// Nothing is changed by an error.
pub(super) fn options<P>(policy: &P, config: P::Config) -> Result<(), Problem>
where
    P: Configured + Listable,
{
    let current = policy.current();
    let mut wanted = current.keep(config.clone()).map_err(Problem::new)?;
    let mut exchange = || wanted = current.remember(wanted);
    if let Some(settled) = settle(policy, &mut exchange) {
        return settled;
    }
    exchange();
    let before = current.get();
    policy.change_config(config).inspect_err(|_| exchange())?;
    policy.tell();
    let now = current.get();
    if before != now && is_heard() {
        tell(policy, grammar::differences(&grammar::options(before), &grammar::options(now)));
    }
    settle_late(policy)
}

/// What is wrong with overrides of options is no matter of a mode.
pub(super) fn mode<P: Configured + Listable>(policy: &P, modes: &ModeCell, mode: Mode) {
    let mut wanted = Some(mode);
    let mut exchange = || wanted = modes.remember(wanted);
    if let Some(Ok(())) = settle(policy, &mut exchange) {
        return;
    }
    exchange();
    let before = modes.get();
    policy.change_mode(mode);
    if before != mode {
        tell(policy, vec![("mode".into(), before.to_string(), mode.to_string())]);
    }
    let _ = settle_late(policy);
}

fn settle<P: Listable>(policy: &P, exchange: &mut dyn FnMut()) -> Option<Result<(), Problem>> {
    SETTLE.get()?(policy.own_identity(), exchange)
}

/// Overrides may have been loaded meanwhile.
fn settle_late<P: Listable>(policy: &P) -> Result<(), Problem> {
    settle(policy, &mut || ()).unwrap_or(Ok(()))
}

fn tell<P: Listable>(policy: &P, differences: Vec<(String, String, String)>) {
    let (kind, policy) = (P::KIND, policy.own_identity().name().as_str());
    let change =
        |(option, from, to)| Change { kind, policy, option, from, to, origin: BY_HAND.into() };
    let changes: Vec<_> = differences.into_iter().map(change).collect();
    tell_changes(&changes);
}

/// Without listeners nothing is written down: a program may change options often.
fn is_heard() -> bool {
    tracing::level_enabled!(tracing::Level::INFO) || event::is_heard()
}
