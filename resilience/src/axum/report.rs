//! What the state of everything means for the health of the service.
//!
//! An open circuit *degrades* the service, which goes on with what still works; only one that its author called
//! `critical` takes it *down*. Otherwise one dependency's outage would take every replica out of rotation.

use std::collections::BTreeMap;
use std::pin::Pin;

use serde::Serialize;

use super::access::Audience;
use super::json::{Parts, array, map, object, one};
use crate::circuit_breaker::CircuitBreaker;
use crate::circuit_state::CircuitState;
use crate::health::{CheckReport, HealthChecker, HealthStatus, millis, together};
use crate::keyed::Keyed;
use crate::name::Name;
use crate::registry::pace::{PIECE, Pace};
use crate::registry::{NameClash, Registry};
#[cfg(feature = "redis")]
use crate::shared;

/// How the service is, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// Everything works.
    Up,
    /// Something is broken, the service goes on.
    Degraded,
    /// Something that it can't do without is broken.
    Down,
}

/// The health report, sorted by name.
pub(super) struct Report {
    pub(super) status: Status,
    checks: BTreeMap<Name, CheckEntry>,
    circuit_breakers: BTreeMap<Name, BreakerEntry>,
    conflicts: Vec<NameClash>,
}

#[derive(Serialize)]
struct CheckEntry {
    status: HealthStatus,
    critical: bool,
    latency_ms: f64,
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_ms: Option<f64>,
}

#[derive(Serialize)]
struct BreakerEntry {
    state: CircuitState,
    critical: bool,
    /// What it means that the circuit is open.
    #[serde(skip)]
    open: Status,
}

impl Report {
    /// Asks every check at once, so that the slowest one bounds the whole.
    pub(super) async fn of(
        registry: &'static Registry,
        by_hand: &HealthChecker,
        audience: Audience,
    ) -> Self {
        let (checks, circuit_breakers) =
            (checks(registry, by_hand, audience).await, breakers(registry).await);
        let statuses = checks.values().map(CheckEntry::meaning);
        let status = statuses.chain(circuit_breakers.values().map(BreakerEntry::meaning)).max();
        Self {
            status: status.unwrap_or(Status::Up),
            checks,
            circuit_breakers,
            conflicts: registry.name_clashes(),
        }
    }

    /// As JSON.
    pub(super) fn into_parts(self) -> Parts {
        object([
            ("status", one(&self.status)),
            ("checks", map(self.checks)),
            ("circuit_breakers", map(self.circuit_breakers)),
            ("conflicts", array(self.conflicts.into_iter(), |clash| one(&clash))),
        ])
    }
}

/// A check that was asked.
type Asked<'c> = Pin<Box<dyn Future<Output = (Name, CheckEntry)> + Send + 'c>>;

async fn checks(
    registry: &'static Registry,
    by_hand: &HealthChecker,
    audience: Audience,
) -> BTreeMap<Name, CheckEntry> {
    let listed = registry.health_checks().map(|check| -> Asked<'_> {
        let critical = check.config().is_critical();
        let entry = move |report| CheckEntry::new(report, critical, audience);
        Box::pin(async move { (check.name(), entry(check.report().await)) })
    });
    let by_hand = by_hand.checks().map(|(name, check)| -> Asked<'_> {
        let critical = check.config().is_critical();
        let entry = move |report| CheckEntry::new(report, critical, audience);
        Box::pin(async move { (name.into(), entry(check.report().await)) })
    });
    let asked: Vec<_> = listed.chain(by_hand).collect();
    let mut checks = BTreeMap::new();
    for (name, entry) in together(asked).await {
        keep_worst(&mut checks, name, entry, CheckEntry::meaning);
    }
    checks
}

async fn breakers(registry: &'static Registry) -> BTreeMap<Name, BreakerEntry> {
    let (mut breakers, mut pace) = (BTreeMap::new(), Pace::in_turns());
    for breaker in registry.circuit_breakers() {
        let entry = BreakerEntry::of(breaker);
        keep_worst(&mut breakers, breaker.name(), entry, BreakerEntry::meaning);
        pace.count().await;
    }
    for keyed in registry.keyed_circuit_breakers() {
        let entry = BreakerEntry::of_keys(keyed).await;
        keep_worst(&mut breakers, keyed.name(), entry, BreakerEntry::meaning);
        pace.count().await;
    }
    #[cfg(feature = "redis")]
    if let Some(store) = shared::condition() {
        let entry = BreakerEntry::of_store(&store);
        keep_worst(&mut breakers, shared::NAME.into(), entry, BreakerEntry::meaning);
    }
    breakers
}

/// Policies that share a name are listed as conflicts, too; they don't hide each other's trouble.
fn keep_worst<E>(
    entries: &mut BTreeMap<Name, E>,
    name: Name,
    entry: E,
    meaning: impl Fn(&E) -> Status,
) {
    match entries.get(&name) {
        Some(other) if meaning(other) >= meaning(&entry) => {}
        _ => drop(entries.insert(name, entry)),
    }
}

impl CheckEntry {
    fn new(report: CheckReport, critical: bool, audience: Audience) -> Self {
        let CheckReport { status, latency, error, age } = report;
        let error = error.filter(|_| audience.sees_details());
        Self { status, critical, latency_ms: millis(latency), error, age_ms: age.map(millis) }
    }

    fn meaning(&self) -> Status {
        match self.status {
            HealthStatus::Healthy => Status::Up,
            _ => broken(self.critical),
        }
    }
}

impl BreakerEntry {
    fn of(breaker: &CircuitBreaker) -> Self {
        Self::new(breaker.state(), breaker.config().is_critical())
    }

    fn new(state: CircuitState, critical: bool) -> Self {
        Self { state, critical, open: broken(critical) }
    }

    /// Without it limits act locally: that degrades the service only where its author says so.
    #[cfg(feature = "redis")]
    fn of_store(store: &shared::Condition) -> Self {
        let shared::Condition { breaker, critical } = store;
        let open = if *critical { Status::Degraded } else { Status::Up };
        Self { state: breaker.state(), critical: *critical, open }
    }

    /// As bad as the worst key's.
    async fn of_keys(breakers: &Keyed<CircuitBreaker>) -> Self {
        let critical = breakers.config().is_critical();
        let (mut scan, mut pace) = (breakers.scan_aggregate(), Pace::in_turns());
        while scan.step() {
            pace.count_many(PIECE).await;
        }
        let all = scan.finish();
        let entries = all.states().map(|state| Self::new(state, critical));
        let worst = entries.max_by_key(Self::meaning);
        worst.unwrap_or(Self::new(CircuitState::Closed, critical))
    }

    fn meaning(&self) -> Status {
        match self.state {
            CircuitState::Closed | CircuitState::ForcedClosed => Status::Up,
            CircuitState::HalfOpen => self.open.min(Status::Degraded),
            CircuitState::Open | CircuitState::ForcedOpen => self.open,
        }
    }
}

fn broken(critical: bool) -> Status {
    if critical { Status::Down } else { Status::Degraded }
}
