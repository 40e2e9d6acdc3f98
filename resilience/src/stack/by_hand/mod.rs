//! Options and modes that the program sets itself: validated, remembered, put in force and told.

#[cfg(feature = "overrides")]
mod noticed;

#[cfg(feature = "overrides")]
pub(crate) use self::noticed::on_change;
use crate::current::{Configured, allowed};
use crate::mode::Mode;
use crate::name::Listable;
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
        /// When options contradict each other or the overrides in force; nothing is changed then.
        pub fn reconfigure(&self, config: $config) -> Result<(), $crate::problem::Problem> {
            $crate::stack::by_hand::reconfigure(self, config.validate(), config)
        }
    };
    (@set_mode $config:ty; $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn set_mode(&self, mode: $crate::mode::Mode) -> Result<(), $crate::problem::Problem> {
            $crate::stack::by_hand::set_mode(self, mode)
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
    valid: Result<(), &'static str>,
    config: P::Config,
) -> Result<(), Problem> {
    valid.map_err(Problem::new)?;
    noticed::options(policy, policy.adopted(config))
}

/// Sets a mode.
pub(crate) fn set_mode<P: Configured + Listable>(policy: &P, mode: Mode) -> Result<(), Problem> {
    allowed(P::KIND, mode).map_err(Problem::new)?;
    if let Some(modes) = policy.modes() {
        noticed::mode(policy, modes, mode);
    }
    Ok(())
}

/// Nothing wins over the program, and nothing can show options.
#[cfg(not(feature = "overrides"))]
mod noticed {
    use crate::current::{Configured, ModeCell};
    use crate::mode::Mode;
    use crate::problem::Problem;

    pub(super) fn options<P: Configured>(policy: &P, config: P::Config) -> Result<(), Problem> {
        policy.change_config(config)?;
        policy.tell();
        Ok(())
    }

    pub(super) fn mode<P: Configured>(policy: &P, _: &ModeCell, mode: Mode) {
        policy.change_mode(mode);
    }
}
