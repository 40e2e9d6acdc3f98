//! One check's runs: never two at once, each through a breaker and under a time limit, the answer kept for a while.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::sync::{Mutex as Turn, MutexGuard};

use super::HealthCheckConfig;
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

/// Three failures in a row, and a dependency that is down is left alone for half a minute.
const BREAKER: CircuitBreakerConfig =
    CircuitBreakerConfig::new().consecutive_failures(3).open_for(Duration::from_secs(30));

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum HealthStatus {
    /// The check passed.
    Healthy,
    /// The check failed, took too long, or panicked.
    Unhealthy,
    /// The check has failed three times in a row and is not asked for a while.
    CircuitOpen,
}

impl HealthStatus {
    /// The status as it is shown: `healthy`, `unhealthy`, `circuit_open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::CircuitOpen => "circuit_open",
        }
    }
}

impl fmt::Display for HealthStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The answer of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CheckReport {
    /// What it found.
    pub status: HealthStatus,
    /// How long it took; as JSON in milliseconds, `latency_ms`.
    #[cfg_attr(feature = "serde", serde(rename = "latency_ms", serialize_with = "as_millis"))]
    pub latency: Duration,
    /// What went wrong.
    pub error: Option<String>,
}

/// To the microsecond: more digits say nothing.
#[cfg(feature = "serde")]
pub(super) fn millis(latency: Duration) -> f64 {
    (latency.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(feature = "serde")]
fn as_millis<S: serde::Serializer>(latency: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(millis(*latency))
}

/// A check's memory.
pub(super) struct Monitor {
    breaker: CircuitBreaker,
    limit: Timeout,
    /// Held by whoever runs the check.
    turn: Turn<()>,
    last: Mutex<Option<(Nanos, CheckReport)>>,
}

impl Monitor {
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            breaker: CircuitBreaker::declared(Identity::of_health_check(name), BREAKER),
            limit: Timeout::declared(Identity::of_health_check(name), TimeoutConfig::new()),
            turn: Turn::const_new(()),
            last: Mutex::new(None),
        }
    }

    /// The answer of the last run, however old it is.
    pub(super) fn last(&self) -> Option<CheckReport> {
        self.last.lock().as_ref().map(|(_, report)| report.clone())
    }

    /// The same, while it is good.
    fn fresh(&self, config: &HealthCheckConfig) -> Option<CheckReport> {
        let last = self.last.lock();
        let (at, report) = last.as_ref()?;
        (clock::until(clock::now(), *at) < config.good_for()).then(|| report.clone())
    }

    /// The last answer while it is good, else that of a new run. Whoever asks during a run waits for it.
    pub(super) async fn report<F, E>(
        &self,
        config: &HealthCheckConfig,
        probe: impl FnOnce() -> F,
    ) -> CheckReport
    where
        F: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let turn = self.turn.lock().await;
        match self.fresh(config) {
            Some(report) => report,
            None => self.run(turn, config, probe).await,
        }
    }

    /// A new run, whatever the last one found.
    pub(super) async fn refresh<F, E>(
        &self,
        config: &HealthCheckConfig,
        probe: impl FnOnce() -> F,
    ) -> CheckReport
    where
        F: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        self.run(self.turn.lock().await, config, probe).await
    }

    async fn run<F, E>(
        &self,
        _turn: MutexGuard<'_, ()>,
        config: &HealthCheckConfig,
        probe: impl FnOnce() -> F,
    ) -> CheckReport
    where
        F: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let start = clock::now();
        let limited = within(&self.limit, config.timeout, body(Caught { probe: probe() }));
        let outcome = through_breaker(&self.breaker, limited, NoInspector, by_default).await;
        let latency = clock::until(clock::now(), start);
        let (status, error) = judged(outcome);
        let report = CheckReport { status, latency, error };
        *self.last.lock() = Some((clock::now(), report.clone()));
        report
    }
}

pin_project! {
    /// A probe whose errors are text, and whose panic is one of them: it must not take the endpoint with it.
    struct Caught<F> {
        #[pin]
        probe: F,
    }
}

impl<E: fmt::Display, F: Future<Output = Result<(), E>>> Future for Caught<F> {
    type Output = Result<(), String>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.project().probe.poll(cx))) {
            Ok(polled) => polled.map_err(|error| error.to_string()),
            Err(_) => Poll::Ready(Err("the check panicked".to_owned())),
        }
    }
}

fn judged(outcome: Result<Result<(), String>, Rejection>) -> (HealthStatus, Option<String>) {
    match outcome {
        Ok(Ok(())) => (HealthStatus::Healthy, None),
        Ok(Err(error)) => (HealthStatus::Unhealthy, Some(error)),
        Err(rejection @ Rejection::CircuitOpen { .. }) => {
            (HealthStatus::CircuitOpen, Some(rejection.to_string()))
        }
        Err(rejection) => (HealthStatus::Unhealthy, Some(rejection.to_string())),
    }
}
