//! What the state of everything means for the health of the service.
//!
//! An open circuit *degrades* the service, which goes on with what still works; only one that its author called
//! `critical` takes it *down*. Otherwise one dependency's outage would take every replica out of rotation.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CheckReport, HealthCheck, HealthStatus, together};
use crate::circuit_breaker::CircuitBreaker;
use crate::circuit_state::CircuitState;
use crate::keyed::Keyed;
use crate::name::Name;
use crate::registry::{NameClash, Registry};

/// How the service is, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Everything works.
    Up,
    /// Something is broken, the service goes on.
    Degraded,
    /// Something that it can't do without is broken.
    Down,
}

/// The health report, sorted by name.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) status: Status,
    checks: BTreeMap<Name, CheckEntry>,
    circuit_breakers: BTreeMap<Name, BreakerEntry>,
    conflicts: Vec<NameClash>,
}

#[derive(Debug, Serialize)]
struct CheckEntry {
    status: HealthStatus,
    critical: bool,
    latency_ms: f64,
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct BreakerEntry {
    state: CircuitState,
    critical: bool,
}

impl Report {
    /// Asks every check at once, so that the slowest one's time limit bounds the whole.
    pub(crate) async fn of(registry: &Registry) -> Self {
        let checks = registry
            .health_checks()
            .map(|check| async move { (check.name(), CheckEntry::of(check).await) });
        let checks = worst(together(checks).await, CheckEntry::meaning);
        let single = registry.circuit_breakers().map(BreakerEntry::of);
        let keyed = registry.keyed_circuit_breakers().map(BreakerEntry::of_keys);
        let circuit_breakers = worst(single.chain(keyed), BreakerEntry::meaning);
        let statuses = checks.values().map(CheckEntry::meaning);
        let status = statuses.chain(circuit_breakers.values().map(BreakerEntry::meaning)).max();
        Self {
            status: status.unwrap_or(Status::Up),
            checks,
            circuit_breakers,
            conflicts: registry.name_clashes(),
        }
    }
}

impl CheckEntry {
    async fn of(check: &'static HealthCheck) -> Self {
        let CheckReport { status, latency, error } = check.report().await;
        let latency_ms = super::monitor::millis(latency);
        Self { status, critical: check.config().is_critical(), latency_ms, error }
    }

    fn meaning(&self) -> Status {
        match self.status {
            HealthStatus::Healthy => Status::Up,
            _ => broken(self.critical),
        }
    }
}

impl BreakerEntry {
    fn of(breaker: &CircuitBreaker) -> (Name, Self) {
        let critical = breaker.config().is_critical();
        (breaker.name(), Self { state: breaker.state(), critical })
    }

    /// As bad as the worst key's.
    fn of_keys(breakers: &Keyed<CircuitBreaker>) -> (Name, Self) {
        let critical = breakers.config().is_critical();
        let entries = breakers.states().into_iter().map(|state| Self { state, critical });
        let worst = entries.max_by_key(Self::meaning);
        (breakers.name(), worst.unwrap_or(Self { state: CircuitState::Closed, critical }))
    }

    fn meaning(&self) -> Status {
        match self.state {
            CircuitState::Closed | CircuitState::ForcedClosed => Status::Up,
            CircuitState::HalfOpen => Status::Degraded,
            CircuitState::Open | CircuitState::ForcedOpen => broken(self.critical),
        }
    }
}

/// By name. Namesakes, which the report tells of besides, don't hide each other's trouble.
fn worst<E>(
    entries: impl IntoIterator<Item = (Name, E)>,
    meaning: impl Fn(&E) -> Status,
) -> BTreeMap<Name, E> {
    let mut by_name = BTreeMap::<Name, E>::new();
    for (name, entry) in entries {
        match by_name.get(&name) {
            Some(other) if meaning(other) >= meaning(&entry) => {}
            _ => drop(by_name.insert(name, entry)),
        }
    }
    by_name
}

fn broken(critical: bool) -> Status {
    if critical { Status::Down } else { Status::Degraded }
}
