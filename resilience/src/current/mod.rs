//! Config and mode of a policy that runs.

mod mode;
mod places;
mod store;

pub(crate) use self::mode::{ModeCell, tell_passed};
pub(crate) use self::store::Current;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::problem::Problem;

/// A config whose options can be told one by one, where changes are told.
#[cfg(feature = "overrides")]
pub(crate) trait SerializableOptions: serde::Serialize {}
#[cfg(feature = "overrides")]
impl<C: serde::Serialize> SerializableOptions for C {}

/// Nothing tells of changes.
#[cfg(not(feature = "overrides"))]
pub(crate) trait SerializableOptions {}
#[cfg(not(feature = "overrides"))]
impl<C> SerializableOptions for C {}

/// A policy whose config and mode can be changed while it runs.
pub(crate) trait Configured {
    /// Its options.
    type Config: Clone + PartialEq + SerializableOptions;

    /// Whether it can be forced into a state.
    #[cfg(feature = "overrides")]
    const HAS_STATE: bool = false;

    /// Where its config is kept.
    fn current(&self) -> &Current<Self::Config>;

    /// Where its mode is kept; `None` if it has none.
    fn modes(&self) -> Option<&ModeCell>;

    /// What it makes of a config that the program gives it: hooks stay as declared.
    fn adopted(&self, config: Self::Config) -> Self::Config {
        config
    }

    /// Derives what calls read, from config and mode.
    fn derive(&self) {}

    /// Puts a config in force that was validated, and runs no code of the user's: what hooks are to hear waits for
    /// [`tell`](Self::tell). Changes follow one another by [`change_config`](Self::change_config).
    fn put(&self, config: Self::Config) -> Result<(), Problem> {
        self.current().set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    /// Tells what [`put`](Self::put) left to be told. To be called under no lock, because hooks run.
    fn tell(&self) {}

    /// Puts a mode in force that the kind has. Changes follow one another by [`change_mode`](Self::change_mode).
    fn put_mode(&self, mode: Mode) {
        if let Some(modes) = self.modes() {
            modes.put(mode);
        }
        self.derive();
    }

    /// Puts a config in force while no other change is under way: what one derives must not meet what another one set.
    fn change_config(&self, config: Self::Config) -> Result<(), Problem> {
        self.current().in_turn(|| self.put(config))
    }

    /// Puts a mode in force while no other change is under way.
    fn change_mode(&self, mode: Mode) {
        self.current().in_turn(|| self.put_mode(mode));
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
    let _ = policy.change_config(policy.current().declared().clone());
    policy.change_mode(Mode::Enforce);
    #[cfg(feature = "overrides")]
    forget_by_hand(policy);
}

/// What the program set by hand counts no more; what is in force stays so until it is changed.
#[cfg(feature = "overrides")]
pub(crate) fn forget_by_hand<P: Configured>(policy: &P) {
    policy.current().forget_by_hand();
    if let Some(modes) = policy.modes() {
        modes.remember(None);
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

#[cfg(all(test, any(shuttle, miri)))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sync::explore::{check_random, thread};
    use crate::sync::{AtomicU32, Ordering};

    struct Derived {
        current: Current<u32>,
        word: AtomicU32,
    }

    impl Configured for Derived {
        type Config = u32;

        fn current(&self) -> &Current<u32> {
            &self.current
        }

        fn modes(&self) -> Option<&ModeCell> {
            None
        }

        fn derive(&self) {
            self.word.store(*self.current.get(), Ordering::Relaxed);
        }
    }

    #[test]
    fn interleavings_derive_what_is_in_force() {
        check_random(
            || {
                let policy =
                    Arc::new(Derived { current: Current::new(0), word: AtomicU32::new(0) });
                let changes: Vec<_> = (1..3)
                    .map(|value| {
                        let policy = Arc::clone(&policy);
                        thread::spawn(move || policy.change_config(value).unwrap())
                    })
                    .collect();
                for change in changes {
                    change.join().unwrap();
                }
                assert_eq!(policy.word.load(Ordering::Relaxed), *policy.current.get());
            },
            10_000,
        );
    }
}
