//! The last minutes of each circuit breaker: outcomes, response times and states, for the page's charts.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use serde::Serialize;

use super::json::{Parts, map};
use crate::circuit_breaker::{CircuitBreaker, Histogram, Totals};
use crate::circuit_state::CircuitState;
use crate::name::Name;
use crate::registry::pace::Pace;
use crate::registry::registry;

static TRACKS: Mutex<BTreeMap<Name, Track>> = Mutex::new(BTreeMap::new());

/// One breaker: its counters, and the slots in which something happened.
struct Track {
    last: Counters,
    slots: VecDeque<(u64, Shown)>,
}

/// Counters that only grow.
#[derive(Clone, Copy, Default)]
struct Counters {
    totals: Totals,
    latency: Histogram,
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
}

/// A slot with its age: 0 is the last one that is over.
#[derive(Serialize)]
struct Aged {
    age: u64,
    #[serde(flatten)]
    shown: Shown,
}

/// Reads every breaker, for the slot that ends now; `slots` are kept.
pub(super) async fn sample(slot: u64, slots: u64) {
    let mut pace = Pace::in_turns();
    for breaker in registry().circuit_breakers() {
        let (name, now, state) = (breaker.name(), Counters::of(breaker), breaker.state());
        TRACKS.lock().entry(name).or_insert_with(|| Track::new(now)).add(slot, slots, now, state);
        pace.count().await;
    }
}

/// The breakers with which something happened, as of `slot`.
pub(super) fn parts(slot: u64) -> Parts {
    let aged =
        |(at, shown): &(u64, Shown)| Aged { age: slot.saturating_sub(*at), shown: shown.clone() };
    let tracks = TRACKS.lock();
    let moved = tracks.iter().filter(|(_, track)| !track.slots.is_empty());
    let moved =
        moved.map(|(name, track)| (*name, track.slots.iter().map(aged).collect::<Vec<_>>()));
    map(moved.collect::<Vec<_>>())
}

impl Counters {
    fn of(breaker: &CircuitBreaker) -> Self {
        Self { totals: breaker.totals(), latency: breaker.latency().unwrap_or_default() }
    }
}

impl Track {
    /// What was before belongs to no slot.
    fn new(now: Counters) -> Self {
        Self { last: now, slots: VecDeque::new() }
    }

    fn add(&mut self, slot: u64, slots: u64, now: Counters, state: CircuitState) {
        let shown = Shown::between(&self.last, &now, state);
        self.last = now;
        if shown.is_worth_keeping() {
            self.slots.push_back((slot, shown));
        }
        while self.slots.front().is_some_and(|(oldest, _)| slot - oldest >= slots) {
            self.slots.pop_front();
        }
    }
}

impl Shown {
    fn between(before: &Counters, now: &Counters, state: CircuitState) -> Self {
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
            state,
        }
    }

    fn is_worth_keeping(&self) -> bool {
        self.succeeded + self.failed + self.rejected > 0 || self.state != CircuitState::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit_breaker::CircuitBreakerConfig;

    #[test]
    fn a_slot_holds_what_happened_in_it() {
        let config = CircuitBreakerConfig::new().consecutive_failures(1).latency(true);
        let breaker = CircuitBreaker::new("charted", config);
        let mut track = Track::new(Counters::of(&breaker));
        let mut add = |slot| {
            track.add(slot, 3, Counters::of(&breaker), breaker.state());
            let shown = |(slot, shown): &(u64, Shown)| {
                (
                    *slot,
                    shown.succeeded,
                    shown.failed,
                    shown.rejected,
                    shown.state,
                    shown.p99_ms.is_some(),
                )
            };
            track.slots.iter().map(shown).collect::<Vec<_>>()
        };
        breaker.try_acquire().unwrap().success();
        assert_eq!(add(1), [(1, 1, 0, 0, CircuitState::Closed, true)]);
        assert_eq!(add(2).len(), 1, "a quiet slot is not kept");
        breaker.try_acquire().unwrap().failure();
        assert!(breaker.try_acquire().is_err());
        assert_eq!(add(3).last(), Some(&(3, 0, 1, 1, CircuitState::Open, true)));
        assert_eq!(add(4).last(), Some(&(4, 0, 0, 0, CircuitState::Open, false)));
        breaker.reset();
        assert!(add(7).is_empty(), "old slots leave");
    }
}
