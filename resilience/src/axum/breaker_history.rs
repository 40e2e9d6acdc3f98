//! The last minutes of each circuit breaker: outcomes, response times and states, for the page's charts.

use serde::Serialize;

use super::json::Parts;
use super::tracks::{Reading, Tracks};
use crate::circuit_breaker::{CircuitBreaker, Totals};
use crate::circuit_state::CircuitState;
use crate::histogram::Histogram;
use crate::name::Name;
use crate::registry::pace::Pace;
use crate::registry::registry;

static TRACKS: Tracks<Name, Counters> = Tracks::new();

/// Counters that only grow, and the state.
struct Counters {
    totals: Totals,
    latency: Histogram,
    state: CircuitState,
    /// Of state.
    changes: u64,
}

/// What happened in one slot.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Shown {
    succeeded: u64,
    failed: u64,
    rejected: u64,
    /// Of the calls that ended in this slot; `None` without any, or without the option `latency`.
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// At the slot's end.
    state: CircuitState,
    /// Of state, within the slot.
    changes: u64,
}

/// A slot with its age.
#[derive(Serialize)]
struct Aged<'a> {
    age: u64,
    #[serde(flatten)]
    shown: &'a Shown,
}

/// Reads every breaker, for the slot that ends now.
pub(super) async fn sample(slot: u64) {
    let mut pace = Pace::in_turns();
    for breaker in registry().circuit_breakers() {
        TRACKS.add(breaker.name(), slot, Counters::of(breaker));
        pace.count().await;
    }
}

/// The breakers with which something happened, as of `slot`.
pub(super) fn parts(slot: u64) -> Parts {
    TRACKS.parts(slot, |name| *name)
}

impl Counters {
    fn of(breaker: &CircuitBreaker) -> Self {
        let latency = breaker.latency().unwrap_or_default();
        let changes = breaker.all_transitions().iter().flatten().sum();
        Self { totals: breaker.totals(), latency, state: breaker.state(), changes }
    }
}

impl Reading for Counters {
    type Slot = Shown;

    fn since(&self, before: &Self) -> Option<Shown> {
        let shown = Shown::between(before, self);
        shown.is_worth_keeping().then_some(shown)
    }

    fn aged(age: u64, shown: &Shown) -> impl Serialize {
        Aged { age, shown }
    }
}

impl Shown {
    fn between(before: &Counters, now: &Counters) -> Self {
        let took = now.latency.since(&before.latency);
        let within_ms = |share| took.quantile(share).map(|time| time.as_secs_f64() * 1_000.0);
        let grown =
            |count: fn(&Totals) -> u64| count(&now.totals).saturating_sub(count(&before.totals));
        Self {
            succeeded: grown(|totals| totals.successes),
            failed: grown(|totals| totals.failures),
            rejected: grown(|totals| totals.rejected),
            p50_ms: within_ms(0.5),
            p95_ms: within_ms(0.95),
            p99_ms: within_ms(0.99),
            state: now.state,
            changes: now.changes.saturating_sub(before.changes),
        }
    }

    fn is_worth_keeping(&self) -> bool {
        self.succeeded + self.failed + self.rejected + self.changes > 0
            || self.state != CircuitState::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit_breaker::{CircuitBreakerConfig, Window};

    #[test]
    fn a_slot_holds_what_happened_in_it() {
        let config = CircuitBreakerConfig::new().consecutive_failures(1).latency(true);
        let breaker = CircuitBreaker::new("charted", config);
        let mut last = Counters::of(&breaker);
        let mut slot = || {
            let now = Counters::of(&breaker);
            let slot = now.since(&last);
            last = now;
            slot.map(|shown| {
                let calls = (shown.succeeded, shown.failed, shown.rejected);
                (calls, shown.state, shown.p99_ms.is_some())
            })
        };
        breaker.try_acquire().unwrap().success();
        assert_eq!(slot(), Some(((1, 0, 0), CircuitState::Closed, true)));
        assert_eq!(slot(), None, "a quiet slot is not kept");
        breaker.try_acquire().unwrap().failure();
        assert!(breaker.try_acquire().is_err());
        assert_eq!(slot(), Some(((0, 1, 1), CircuitState::Open, true)));
        assert_eq!(slot(), Some(((0, 0, 0), CircuitState::Open, false)), "it is still open");
        breaker.reset();
        let closed = Some(((0, 0, 0), CircuitState::Closed, false));
        assert_eq!(slot(), closed, "a slot without calls is kept for its change of state");
        breaker.reset();
        breaker.reconfigure(breaker.config().clone().window(Window::Calls(9))).unwrap();
        assert_eq!(slot(), None, "a window that begins anew is no change of state");
    }
}
