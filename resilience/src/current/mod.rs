//! Config and mode of a policy that runs: how the program changes them by hand.

mod mode;
mod store;

pub(crate) use self::mode::{ModeCell, tell_passed};
pub(crate) use self::store::Current;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::problem::Problem;

/// A config whose options can be told one by one, where changes are told.
#[cfg(feature = "overrides")]
pub(crate) trait Shown: serde::Serialize {}
#[cfg(feature = "overrides")]
impl<C: serde::Serialize> Shown for C {}

/// Nothing tells of changes.
#[cfg(not(feature = "overrides"))]
pub(crate) trait Shown {}
#[cfg(not(feature = "overrides"))]
impl<C> Shown for C {}

/// A policy whose config and mode can be changed while it runs.
pub(crate) trait Configured {
    /// Its options.
    type Config: Clone + PartialEq + Shown;

    /// Whether it can be forced into a state.
    #[cfg(feature = "overrides")]
    const HAS_STATE: bool = false;

    /// Where its config is kept.
    fn current(&self) -> &Current<Self::Config>;

    /// Where its mode is kept; `None` if it has none.
    fn modes(&self) -> Option<&ModeCell>;

    /// Derives what calls read, from config and mode.
    fn derive(&self) {}

    /// Puts a config in force that was validated.
    fn put(&self, config: Self::Config) -> Result<(), Problem> {
        self.current().set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    /// Puts a mode in force that the kind has.
    fn put_mode(&self, mode: Mode) {
        if let Some(modes) = self.modes() {
            modes.put(mode);
        }
        self.derive();
    }

    /// Enters a forced state, or leaves it.
    #[cfg(feature = "overrides")]
    fn force(&self, state: Option<Forced>) {
        let _ = state;
    }
}

/// A state that overrides can force a circuit breaker into.
#[cfg(feature = "overrides")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forced {
    Open,
    Closed,
}

/// Options and mode as declared, whatever the program has said since.
#[cfg(feature = "test-util")]
pub(crate) fn renew<P: Configured>(policy: &P) {
    // The declared config always has a place.
    let _ = policy.put(policy.current().declared().clone());
    policy.current().keep_by_hand();
    if let Some(modes) = policy.modes() {
        policy.put_mode(Mode::Enforce);
        modes.forget_by_hand();
    }
}

/// Whether policies of that kind have the mode: attempts have nothing to observe.
pub(crate) fn allowed(kind: PolicyKind, mode: Mode) -> Result<Mode, String> {
    let repeats = matches!(kind, PolicyKind::Retry | PolicyKind::Hedge);
    if repeats && mode == Mode::Observe {
        let kind = kind.in_words();
        return Err(format!("a {kind} has no mode `observe`: write `enforce` or `off`"));
    }
    Ok(mode)
}
