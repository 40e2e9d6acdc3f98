//! Options and modes that the program sets itself: validated, put in force, remembered and told.

#[cfg(feature = "overrides")]
mod noticed;

#[cfg(all(feature = "overrides", feature = "test-util"))]
pub(crate) use self::noticed::BY_HAND;
#[cfg(feature = "overrides")]
pub(crate) use self::noticed::on_change;
use crate::current::{Configured, allowed};
use crate::mode::Mode;
use crate::name::{Listable, Name};
use crate::problem::Problem;

/// The methods by which a program changes a policy. What each means there is said by the policy.
macro_rules! changeable {
    ($policy:ty, $config:ty: $($(#[$doc:meta])* $method:ident;)*) => {
        impl $policy {
            $($crate::stack::by_hand::changeable!(@$method $config; $(#[$doc])*);)*

            /// Whether it enforces what it decides.
            #[must_use]
            pub fn mode(&self) -> $crate::mode::Mode {
                self.mode.get()
            }
        }
    };
    (@reconfigure $config:ty; $(#[$doc:meta])*) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// When options contradict each other; nothing is changed then.
        pub fn reconfigure(&self, config: $config) -> Result<(), $crate::problem::Problem> {
            $crate::stack::by_hand::reconfigure(self, self.name(), config.validate(), config)
        }
    };
    (@set_mode $config:ty; $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn set_mode(&self, mode: $crate::mode::Mode) -> Result<(), $crate::problem::Problem> {
            $crate::stack::by_hand::set_mode(self, self.name(), mode)
        }
    };
    (@would_reject $config:ty; $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[must_use]
        pub fn would_reject(&self) -> u64 {
            self.mode.counts().0
        }
    };
    (@bypassed $config:ty; $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[must_use]
        pub fn bypassed(&self) -> u64 {
            self.mode.counts().1
        }
    };
}
pub(crate) use changeable;

/// Puts a config in force.
pub(crate) fn reconfigure<P: Configured + Listable>(
    policy: &P,
    name: Name,
    valid: Result<(), &'static str>,
    config: P::Config,
) -> Result<(), Problem> {
    valid.map_err(Problem::new)?;
    let current = policy.current();
    let before = current.get();
    policy.put(config)?;
    current.keep_by_hand();
    noticed::options((P::KIND, name), before, current.get());
    Ok(())
}

/// Sets a mode.
pub(crate) fn set_mode<P: Configured + Listable>(
    policy: &P,
    name: Name,
    mode: Mode,
) -> Result<(), Problem> {
    allowed(P::KIND, mode).map_err(Problem::new)?;
    let Some(modes) = policy.modes() else { return Ok(()) };
    let before = modes.get();
    policy.put_mode(mode);
    modes.keep_by_hand(mode);
    noticed::mode((P::KIND, name), before, mode);
    Ok(())
}

/// Nothing can show options then.
#[cfg(not(feature = "overrides"))]
mod noticed {
    use crate::kind::PolicyKind;
    use crate::mode::Mode;
    use crate::name::Name;

    pub(super) fn options<C>(_: (PolicyKind, Name), _: &C, _: &C) {}

    pub(super) fn mode(_: (PolicyKind, Name), _: Mode, _: Mode) {}
}
