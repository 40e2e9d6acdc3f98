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
