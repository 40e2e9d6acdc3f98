//! Checks by hand, for services that put them together at run time.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::config::HealthCheckConfig;
use super::monitor::{self, Check, Monitor};
use super::run::{Running, probe};
use super::status::{CheckReport, HealthStatus};
use super::together::together;

/// A set of health checks, asked together.
///
/// ```
/// use resilience::{HealthChecker, HealthStatus};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let checker = HealthChecker::new()
///     .check("cache", || async { Ok::<_, std::io::Error>(()) })
///     .check("search", || async { Err("no route to host") });
/// let statuses = checker.run().await;
/// assert_eq!(statuses["cache"], HealthStatus::Healthy);
/// assert_eq!(statuses["search"], HealthStatus::Unhealthy);
/// # }
/// ```
///
/// Each check runs as a task of its own, through a breaker of its own, under a time limit (500 ms by default), never
/// twice at once. An answer is good for one second; [`run`](Self::run) waits at most 250 ms for a newer one.
#[derive(Default)]
#[must_use = "checks do nothing until `run`"]
pub struct HealthChecker {
    checks: BTreeMap<&'static str, Arc<CheckByHand>>,
}

/// One of them.
pub(crate) struct CheckByHand {
    config: HealthCheckConfig,
    monitor: Monitor,
    run: Box<dyn Fn() -> Running + Send + Sync>,
}

impl HealthChecker {
    /// No checks yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check with every default. Another one of that name is replaced.
    pub fn check<F, E>(
        self,
        name: &'static str,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + 'static,
    {
        self.check_with(name, HealthCheckConfig::new(), check)
    }

    /// Adds a check with options of its own. There is no background here: `every` says how long an answer is good for.
    ///
    /// # Panics
    /// When options make no sense.
    #[track_caller]
    pub fn check_with<F, E>(
        mut self,
        name: &'static str,
        config: HealthCheckConfig,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + 'static,
    {
        crate::check::assert_valid(config.validate());
        let (monitor, run) = (Monitor::new(name, &config), Box::new(move || probe(check())));
        self.checks.insert(name, Arc::new(CheckByHand { config, monitor, run }));
        self
    }

    /// Asks all checks at once: name to status.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn run(&self) -> BTreeMap<&'static str, HealthStatus> {
        self.reports().await.into_iter().map(|(name, report)| (name, report.status)).collect()
    }

    /// Asks all checks at once: name to the whole answer.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn reports(&self) -> BTreeMap<&'static str, CheckReport> {
        let reports =
            self.checks.iter().map(|(name, check)| async { (*name, monitor::report(check).await) });
        together(reports).await.into_iter().collect()
    }

    /// Each check by its name.
    #[cfg(feature = "axum")]
    pub(crate) fn checks(&self) -> impl Iterator<Item = (&'static str, &Arc<CheckByHand>)> {
        self.checks.iter().map(|(name, check)| (*name, check))
    }
}

#[cfg(feature = "axum")]
impl CheckByHand {
    pub(crate) fn config(&self) -> &HealthCheckConfig {
        &self.config
    }

    pub(crate) async fn report(self: &Arc<Self>) -> CheckReport {
        monitor::report(self).await
    }
}

impl Check for CheckByHand {
    fn config(&self) -> &HealthCheckConfig {
        &self.config
    }

    fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    fn probe(&self) -> Running {
        (self.run)()
    }
}

impl fmt::Debug for HealthChecker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.checks.keys()).finish()
    }
}
