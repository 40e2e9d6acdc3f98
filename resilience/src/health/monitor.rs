//! One check's runs: tasks of the program, never two at once, each through a breaker and under a time limit; and what
//! is answered meanwhile.

use std::ops::Deref;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::config::{HealthCheckConfig, ON_DEMAND};
use super::run::{Running, Shielded};
use super::status::{CheckReport, HealthStatus};
use crate::circuit_breaker::guard as through_breaker;
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::clock::{self, Nanos};
use crate::name::Identity;
use crate::rejection::Rejection;
use crate::stack::body;
use crate::stack::inspect::NoInspector;
use crate::stack::verdict::by_default;
use crate::sync::Mutex;
use crate::timeout::future::guard_after as within;
use crate::timeout::{Timeout, TimeoutConfig};

/// How long a probe waits for a run to end: what is left of an orchestrator's second is for its network.
const PATIENCE: Duration = Duration::from_millis(250);
/// A dependency that is down for a check on demand is left alone for so long.
const REST: Duration = Duration::from_secs(5);

/// Three failures in a row, and the dependency is left alone until the next run but one at most.
const fn breaker(config: &HealthCheckConfig) -> CircuitBreakerConfig {
    let rest = match config.every {
        Some(every) => every,
        None => REST,
    };
    CircuitBreakerConfig::new().consecutive_failures(3).open_for(rest)
}

/// A check that can be run.
pub(super) trait Check: Send + Sync + 'static {
    fn config(&self) -> &HealthCheckConfig;
    fn monitor(&self) -> &Monitor;
    /// Begins a run; it may panic.
    fn probe(&self) -> Running;
}

/// A check as its tasks hold it: a static, or shared.
pub(super) trait Handle: Deref<Target: Check> + Clone + Send + Sync + 'static {}

impl<H: Deref<Target: Check> + Clone + Send + Sync + 'static> Handle for H {}

/// A check's memory.
pub(super) struct Monitor {
    breaker: CircuitBreaker,
    limit: Timeout,
    state: Mutex<State>,
    run_ended: Notify,
}

struct State {
    /// Since when a run goes on.
    running: Option<Nanos>,
    last: Option<(Nanos, CheckReport)>,
}

impl Monitor {
    pub(super) const fn new(name: &'static str, config: &HealthCheckConfig) -> Self {
        let identity = Identity::of_health_check;
        Self {
            breaker: CircuitBreaker::declared(identity(name), breaker(config)),
            limit: Timeout::declared(identity(name), TimeoutConfig::new()),
            state: Mutex::new(State { running: None, last: None }),
            run_ended: Notify::const_new(),
        }
    }

    /// Forgets the last run. One that goes on answers for itself.
    #[cfg(feature = "test-util")]
    pub(super) fn renew(&self) {
        self.state.lock().last = None;
        self.breaker.renew();
        self.limit.reset();
    }

    /// The answer of the last run, however old it is.
    pub(super) fn last(&self) -> Option<CheckReport> {
        self.state.lock().last.as_ref().map(|(_, report)| report.clone())
    }

    /// The same, while it is good.
    fn fresh(&self, config: &HealthCheckConfig) -> Option<CheckReport> {
        let state = self.state.lock();
        let (at, report) = state.last.as_ref()?;
        (clock::until(clock::now(), *at) < config.good_for()).then(|| report.clone())
    }

    /// What there is to say now, while a run may go on.
    fn present(&self, config: &HealthCheckConfig) -> CheckReport {
        let (state, now) = (self.state.lock(), clock::now());
        let running = state.running.map(|since| clock::until(now, since)).unwrap_or_default();
        match &state.last {
            _ if running > config.timeout + PATIENCE => {
                let error = format!("it has held its thread for {running:?}");
                CheckReport::unhealthy(running, error)
            }
            Some((at, report)) => {
                let age = clock::until(now, *at);
                let is_old = age >= config.good_for().min(ON_DEMAND);
                CheckReport { age: is_old.then_some(age), ..report.clone() }
            }
            None => CheckReport::unhealthy(running, "it has not answered yet".to_owned()),
        }
    }
}

/// The last answer while it is good; else that of a new run, or of the one that goes on, if it ends soon; else the last
/// one, with its age.
pub(super) async fn report<H: Handle>(check: &H) -> CheckReport {
    let (config, monitor) = (check.config(), check.monitor());
    let mut ended = pin!(monitor.run_ended.notified());
    // Before the look: a run that ends in between is not missed.
    ended.as_mut().enable();
    if let Some(report) = monitor.fresh(config) {
        return report;
    }
    start(check);
    let _ = timeout(PATIENCE, ended).await;
    monitor.present(config)
}

/// The last answer of a check that runs in the background, with its age. Before the first one, a check that can answer
/// without waiting does.
pub(super) async fn report_in_background<H: Handle>(check: &H) -> CheckReport {
    let (config, monitor) = (check.config(), check.monitor());
    if monitor.last().is_none() {
        start(check);
        yield_now().await;
    }
    monitor.present(config)
}

/// Begins a run as a task of its own, unless one goes on: it ends though the request for it was dropped.
pub(super) fn start<H: Handle>(check: &H) {
    if let Some(turn) = Turn::take(check) {
        tokio::spawn(turn.run());
    }
}

/// The one run of a check. However it ends, also with its runtime, the next one may begin.
struct Turn<H: Handle>(H);

impl<H: Handle> Turn<H> {
    fn take(check: &H) -> Option<Self> {
        let running = &mut check.monitor().state.lock().running;
        running.is_none().then(|| {
            *running = Some(clock::now());
            Self(check.clone())
        })
    }

    async fn run(self) {
        let (check, config, monitor) = (&*self.0, self.0.config(), self.0.monitor());
        let start = clock::now();
        let run = body(Shielded::new(config.timeout, || check.probe()));
        let limited = within(&monitor.limit, config.timeout, run);
        let outcome = through_breaker(&monitor.breaker, limited, NoInspector, by_default).await;
        let end = clock::now();
        let report = judged(outcome, clock::until(end, start));
        monitor.state.lock().last = Some((end, report));
    }
}

impl<H: Handle> Drop for Turn<H> {
    fn drop(&mut self) {
        self.0.monitor().state.lock().running = None;
        self.0.monitor().run_ended.notify_waiters();
    }
}

fn judged(outcome: Result<Result<(), String>, Rejection>, latency: Duration) -> CheckReport {
    let (status, error) = match outcome {
        Ok(Ok(())) => (HealthStatus::Healthy, None),
        Ok(Err(error)) => (HealthStatus::Unhealthy, Some(error)),
        Err(rejection @ Rejection::CircuitOpen { .. }) => {
            (HealthStatus::CircuitOpen, Some(rejection.to_string()))
        }
        Err(rejection) => (HealthStatus::Unhealthy, Some(rejection.to_string())),
    };
    CheckReport::new(status, latency, error)
}
