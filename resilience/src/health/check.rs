//! A health check that the registry lists: an annotated function.

use std::fmt::{self, Display};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;

use super::HealthCheckConfig;
use super::monitor::{CheckReport, Monitor};
use crate::check;
use crate::name::Identity;
use crate::name::Name;

/// The annotated function, its types erased: checks are rare, a box each is nothing.
pub type Probe = fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Boxes one run of an annotated function.
pub fn probe<E: Display>(
    run: impl Future<Output = Result<(), E>> + Send + 'static,
) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
    Box::pin(async { run.await.map_err(|error| error.to_string()) })
}

/// A check that is asked now and then whether something works. It exists by its attribute
/// [`health_check`](macro@crate::health_check) and is listed by the [registry](crate::Registry::health_checks).
///
/// It never runs twice at once. With `every` it runs in the background as soon as somebody has looked at it within a
/// tokio runtime; else on demand, at most once a second. Each run goes through a breaker of its own, which opens after
/// three failures in a row.
pub struct HealthCheck {
    identity: Identity,
    config: HealthCheckConfig,
    probe: Probe,
    monitor: Monitor,
    watched: AtomicBool,
}

impl HealthCheck {
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: HealthCheckConfig, probe: Probe) -> Self {
        check::no_problem(config.problem());
        let monitor = Monitor::new(identity.written());
        Self { identity, config, probe, monitor, watched: AtomicBool::new(false) }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// Its options.
    #[must_use]
    pub fn config(&self) -> &HealthCheckConfig {
        &self.config
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The last answer while it is good, else that of a run now, at most `timeout` later.
    pub async fn report(&'static self) -> CheckReport {
        self.watch();
        self.monitor.report(&self.config, self.probe).await
    }

    /// The answer of the last run, however old it is; `None` before the first one. It starts nothing.
    #[must_use]
    pub fn last_report(&self) -> Option<CheckReport> {
        self.monitor.last()
    }

    /// Starts the background runs, if they are wanted, not there yet, and there is a runtime to run them.
    pub(crate) fn watch(&'static self) {
        let (Some(every), Ok(runtime)) = (self.config.every, Handle::try_current()) else { return };
        if !self.watched.swap(true, Ordering::Relaxed) {
            runtime.spawn(self.keep_running(every));
        }
    }

    async fn keep_running(&'static self, every: Duration) {
        let _watching = Watching(&self.watched);
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.monitor.refresh(&self.config, self.probe).await;
        }
    }
}

/// When the runtime goes, so do its tasks; the next runtime may start anew.
struct Watching(&'static AtomicBool);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl fmt::Debug for HealthCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthCheck")
            .field("name", &self.name())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

crate::name::listable!(HealthCheck, HealthCheck, identity);
