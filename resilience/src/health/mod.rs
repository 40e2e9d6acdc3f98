//! Is the service well? Checks that are asked now and then, and what they and the circuit breakers mean together.
//!
//! [`config`] the options · [`run`] one run, whose panics are answers · [`monitor`] one check's runs, and what is answered
//! meanwhile · [`status`] an answer · [`check`] a check that the registry lists · [`checker`] checks by hand · [`together`] several
//! at once.

mod check;
mod checker;
mod config;
mod monitor;
mod run;
mod status;
#[cfg(test)]
mod tests;
mod together;

pub use self::check::{HealthCheck, Probe};
pub use self::checker::HealthChecker;
pub use self::config::HealthCheckConfig;
pub use self::run::probe;
#[cfg(feature = "axum")]
pub(crate) use self::status::millis;
pub use self::status::{CheckReport, HealthStatus};
#[cfg(feature = "axum")]
pub(crate) use self::together::together;
