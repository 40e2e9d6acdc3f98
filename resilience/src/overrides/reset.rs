//! Everything as declared again.

#[cfg(feature = "axum")]
use super::admin;
use super::join;
#[cfg(feature = "test-util")]
use super::layers;
use super::layers::Base;
use super::plan::{Plan, admin_leaves, policies};
use super::problems::Problems;
use crate::registry::Registry;

impl Registry {
    /// Takes every override away, whatever it came from: the file, the environment, the admin routes, and what the program
    /// itself set by hand. Options, modes and states are as the attributes say; what policies have counted stays.
    ///
    /// A file that is watched has its say again when it changes; [`reload`](crate::overrides::Overrides::reload) reads it
    /// at once.
    ///
    /// ```
    /// use resilience::{Mode, Retry, RetryConfig, registry};
    ///
    /// let retry = registry().insert(Retry::new("fetch", RetryConfig::new()));
    /// retry.reconfigure(RetryConfig::new().attempts(5))?;
    /// retry.set_mode(Mode::Off)?;
    /// registry().reset_overrides();
    /// assert_eq!((retry.config(), retry.mode()), (&RetryConfig::new(), Mode::Enforce));
    /// # Ok::<_, resilience::Problem>(())
    /// ```
    pub fn reset_overrides(&self) {
        let mut turn = join::turn();
        #[cfg(feature = "axum")]
        let forgotten = admin::forget();
        for (_, target) in policies() {
            target.forget_by_hand();
        }
        let done = nothing().map(|plan| plan.put(&mut turn));
        drop(turn);
        #[cfg(feature = "axum")]
        admin::tell_forgotten(&forgotten);
        if let Err(problems) = done.and_then(super::done::Done::tell) {
            problems.log("reset_rejected");
        }
    }
}

/// Without overrides there is nothing that could be wrong.
fn nothing() -> Result<Plan, Problems> {
    Plan::under(Base::default(), admin_leaves())
}

/// Overrides have never been loaded; policies are made new by themselves.
#[cfg(feature = "test-util")]
pub(crate) fn forget() {
    #[cfg(feature = "axum")]
    admin::forget();
    layers::forget();
}
