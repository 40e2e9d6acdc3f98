//! Is the service well? Checks that are asked now and then, and what they and the circuit breakers mean together.
//!
//! [`config`] the options · [`monitor`] one check's runs: never two at once, through a breaker, under a time limit ·
//! [`check`] a check that the registry lists · [`checker`] checks by hand · [`report`] the whole, for the endpoint.

mod check;
mod checker;
mod config;
mod monitor;
#[cfg(feature = "axum")]
mod report;
#[cfg(test)]
mod tests;
mod together;

pub use self::check::{HealthCheck, Probe, probe};
pub use self::checker::HealthChecker;
pub use self::config::HealthCheckConfig;
pub use self::monitor::{CheckReport, HealthStatus};
#[cfg(feature = "axum")]
pub(crate) use self::report::{Report, Status};
use self::together::together;
