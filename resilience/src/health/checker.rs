//! Checks by hand, for services that put them together at run time.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;

use super::HealthCheckConfig;
use super::check::probe;
use super::monitor::{CheckReport, HealthStatus, Monitor};

type Run = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

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
/// Each check runs through a breaker of its own, under a time limit (1 s by default), never twice at once; an answer
/// is good for one second.
#[derive(Default)]
#[must_use = "checks do nothing until `run`"]
pub struct HealthChecker {
    checks: BTreeMap<&'static str, Check>,
}

struct Check {
    config: HealthCheckConfig,
    monitor: Monitor,
    run: Run,
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
        crate::check::no_problem(config.problem());
        let run: Run = Box::new(move || probe(check()));
        self.checks.insert(name, Check { config, monitor: Monitor::new(name), run });
        self
    }

    /// Asks all checks at once: name to status.
    pub async fn run(&self) -> BTreeMap<&'static str, HealthStatus> {
        self.reports().await.into_iter().map(|(name, report)| (name, report.status)).collect()
    }

    /// Asks all checks at once: name to the whole answer.
    pub async fn reports(&self) -> BTreeMap<&'static str, CheckReport> {
        let reports =
            self.checks.iter().map(|(name, check)| async { (*name, check.report().await) });
        super::together(reports).await.into_iter().collect()
    }
}

impl Check {
    async fn report(&self) -> CheckReport {
        self.monitor.report(&self.config, || (self.run)()).await
    }
}

impl fmt::Debug for HealthChecker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.checks.keys()).finish()
    }
}
