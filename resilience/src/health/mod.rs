//! Is the service well? Checks that are asked now and then, and what they and the circuit breakers mean together.
//!
//! The attribute [`health_check`](macro@crate::health_check) makes a [`HealthCheck`], which the
//! [registry](crate::Registry::health_checks) lists; a [`HealthChecker`] holds checks by hand.
//!
//! `config` the options · `run` one run, whose panics are answers · `monitor` one check's runs, and what is answered
//! meanwhile · `status` an answer · `check` a check that the registry lists · `checker` checks by hand · `together` several
//! at once.

pub(crate) mod check;
mod checker;
mod config;
mod monitor;
pub(crate) mod run;
mod status;
#[cfg(test)]
mod tests;
mod together;

pub use self::check::HealthCheck;
pub use self::checker::HealthChecker;
pub use self::config::HealthCheckConfig;
#[cfg(feature = "axum")]
pub(crate) use self::status::millis;
pub use self::status::{CheckReport, HealthStatus};
#[cfg(feature = "axum")]
pub(crate) use self::together::together;
