//! A health check that the registry lists: an annotated function.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

use super::config::HealthCheckConfig;
use super::monitor::{self, Check, Monitor};
use super::run::Running;
use super::status::CheckReport;
use crate::check;
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name};
use crate::problem::Problem;
use crate::stack::by_hand;

/// Begins a run of the annotated function.
pub type Probe = fn() -> Running;

/// A check that says whether something works. It exists by its attribute
/// [`health_check`](macro@crate::health_check) and is listed by the [registry](crate::Registry::health_checks).
///
/// A run is a task of its own, which ends though the request that caused it was dropped; there are never two at once.
/// With `every` a check runs in the background, from the first time on that it is asked within a tokio runtime; else on
/// demand, at most once a second. Each run goes through a breaker of the check's own, which opens after three failures
/// in a row, for `every` (5 s on demand); its events are of kind `health_check`.
pub struct HealthCheck {
    identity: Identity,
    config: Current<HealthCheckConfig>,
    probe: Probe,
    monitor: Monitor,
    watched: AtomicBool,
}

impl HealthCheck {
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: HealthCheckConfig, probe: Probe) -> Self {
        check::assert_valid(config.validate());
        let monitor = Monitor::new(identity.written(), &config);
        Self {
            identity,
            config: Current::new(config),
            probe,
            monitor,
            watched: AtomicBool::new(false),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// The options in force.
    #[must_use]
    pub fn config(&self) -> &HealthCheckConfig {
        self.config.get()
    }

    /// Puts other options in force, from the next run on.
    ///
    /// # Errors
    /// When options make no sense, or contradict the overrides in force; nothing is changed then.
    pub fn reconfigure(&self, config: HealthCheckConfig) -> Result<(), Problem> {
        by_hand::reconfigure(self, config.validate(), config)
    }

    /// As declared, and as if it had never run.
    #[cfg(feature = "test-util")]
    pub(crate) fn renew(&self) {
        crate::current::renew(self);
        self.monitor.renew();
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What the check says. With `every`: the last answer, at once. Else the last answer while it is good (1 s); else
    /// that of a new run, if it ends within 250 ms; else the last one, with its [age](CheckReport::age). A check that
    /// has never answered is unhealthy, and so is one that holds its thread beyond its time limit.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn report(&'static self) -> CheckReport {
        if self.config().every.is_some() {
            self.watch();
            monitor::report_in_background(&self).await
        } else {
            monitor::report(&self).await
        }
    }

    /// The answer of the last run, however old it is; `None` before the first one. It starts nothing.
    #[must_use]
    pub fn last_report(&self) -> Option<CheckReport> {
        self.monitor.last()
    }

    /// Starts the background runs, if they are wanted, not there yet, and there is a runtime to run them.
    pub(crate) fn watch(&'static self) {
        let (Some(_), Ok(runtime)) = (self.config().every, Handle::try_current()) else { return };
        if !self.watched.swap(true, Ordering::Relaxed) {
            runtime.spawn(self.keep_running());
        }
    }

    /// Until it is to run on demand.
    async fn keep_running(&'static self) {
        let _watching = Watching(&self.watched);
        while let Some(every) = self.config().every {
            monitor::start(&self);
            tokio::time::sleep(every).await;
        }
    }
}

impl Check for HealthCheck {
    fn config(&self) -> &HealthCheckConfig {
        self.config.get()
    }

    fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    fn probe(&self) -> Running {
        (self.probe)()
    }
}

impl Configured for HealthCheck {
    type Config = HealthCheckConfig;

    fn current(&self) -> &Current<HealthCheckConfig> {
        &self.config
    }

    /// It rejects nothing, so there is nothing not to enforce.
    fn modes(&self) -> Option<&ModeCell> {
        None
    }
}

/// When the runtime ends, so do its tasks; the next runtime may start anew.
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
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

/// Its reports are no calls.
impl AnyPolicy for HealthCheck {
    fn outcomes(&self, _: &mut dyn FnMut(&'static str, u64)) {}

    fn activity(&self) -> Option<[u64; 2]> {
        None
    }

    fn mode(&self) -> Option<Mode> {
        None
    }

    fn reset(&self) {}

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        HealthCheck::renew(self);
    }
}

crate::name::listable!(HealthCheck, HealthCheck, identity);
