//! What policies have counted, by kind and name: keys and policies that share a name added up. It is read piece by piece, so
//! that neither thousands of policies nor a map of many keys hold the thread that reads.

use std::ops::AddAssign;

use super::modes::{self, AllModes};
use crate::keyed::{BreakerAggregate, BulkheadAggregate, Keyed, LimiterAggregate, PerKey};
#[cfg(feature = "overrides")]
use crate::kind::PolicyKind;
use crate::name::Name;
#[cfg(feature = "overrides")]
use crate::overrides;
use crate::registry::Registry;
use crate::registry::pace::{PIECE, Pace, now};
use crate::retry::RetryTotals;

/// Sorted by name, each name once. What is counted may be large: a box each, so that moving an entry costs little.
pub(super) type ByName<T> = Vec<(Name, Box<T>)>;

#[derive(Default)]
pub(crate) struct Collected {
    pub(super) breakers: ByName<BreakerAggregate>,
    pub(super) bulkheads: ByName<BulkheadAggregate>,
    pub(super) retries: ByName<RetryTotals>,
    pub(super) limiters: ByName<LimiterAggregate>,
    /// Timed out, and not begun because the deadline had passed.
    pub(super) timeouts: ByName<[u64; 2]>,
    pub(super) fallbacks: ByName<u64>,
    pub(super) hedges: ByName<u64>,
    pub(super) modes: AllModes,
    /// How many options of which policies are overridden.
    #[cfg(feature = "overrides")]
    pub(super) overridden: Vec<((PolicyKind, Name), u64)>,
}

impl Collected {
    /// Reads everything, without a break.
    pub(super) fn at_once(registry: &Registry) -> Self {
        now(Self::read(registry, Pace::at_once()))
    }

    /// Reads everything; other tasks have their turn meanwhile.
    #[cfg(feature = "axum")]
    pub(crate) async fn in_turns(registry: &Registry) -> Self {
        Self::read(registry, Pace::in_turns()).await
    }

    async fn read(registry: &Registry, mut pace: Pace) -> Self {
        let mut all = Self::default();
        all.read_keyed_kinds(registry, &mut pace).await;
        all.read_others(registry, &mut pace).await;
        all.modes = modes::read(registry, &mut pace).await;
        #[cfg(feature = "overrides")]
        {
            all.overridden = overrides::overridden();
        }
        all
    }

    async fn read_keyed_kinds(&mut self, registry: &Registry, pace: &mut Pace) {
        for one in registry.circuit_breakers() {
            add(&mut self.breakers, one.name(), BreakerAggregate::of(one), AddAssign::add_assign);
            pace.count().await;
        }
        for one in registry.bulkheads() {
            add(&mut self.bulkheads, one.name(), BulkheadAggregate::of(one), AddAssign::add_assign);
            pace.count().await;
        }
        for one in registry.rate_limiters() {
            add(&mut self.limiters, one.name(), LimiterAggregate::of(one), AddAssign::add_assign);
            pace.count().await;
        }
        for all in registry.keyed_circuit_breakers() {
            add(&mut self.breakers, all.name(), of_keys(all, pace).await, AddAssign::add_assign);
        }
        for all in registry.keyed_bulkheads() {
            add(&mut self.bulkheads, all.name(), of_keys(all, pace).await, AddAssign::add_assign);
        }
        for all in registry.keyed_rate_limiters() {
            add(&mut self.limiters, all.name(), of_keys(all, pace).await, AddAssign::add_assign);
        }
    }

    async fn read_others(&mut self, registry: &Registry, pace: &mut Pace) {
        for one in registry.retries() {
            add(&mut self.retries, one.name(), one.totals(), add_retries);
            pace.count().await;
        }
        for one in registry.timeouts() {
            let totals = one.totals();
            let totals = [totals.timed_out, totals.deadline_exceeded];
            add(&mut self.timeouts, one.name(), totals, |sum, [timed_out, exceeded]| {
                *sum = [sum[0] + timed_out, sum[1] + exceeded];
            });
            pace.count().await;
        }
        for one in registry.fallbacks() {
            add(&mut self.fallbacks, one.name(), one.used(), u64::add_assign);
            pace.count().await;
        }
        for one in registry.hedges() {
            add(&mut self.hedges, one.name(), one.totals().hedged, u64::add_assign);
            pace.count().await;
        }
    }
}

/// What all keys have counted.
async fn of_keys<P: PerKey>(keyed: &Keyed<P>, pace: &mut Pace) -> P::Aggregate {
    let mut scan = keyed.scan_aggregate();
    while scan.step() {
        pace.count_many(PIECE).await;
    }
    pace.count().await;
    scan.finish()
}

/// Most come in the order of their names, and are appended.
fn add<T>(list: &mut ByName<T>, name: Name, one: T, add: impl FnOnce(&mut T, T)) {
    if list.last().is_none_or(|(last, _)| *last < name) {
        list.push((name, Box::new(one)));
        return;
    }
    match list.binary_search_by_key(&name, |(name, _)| *name) {
        Ok(place) => add(&mut list[place].1, one),
        Err(place) => list.insert(place, (name, Box::new(one))),
    }
}

fn add_retries(sum: &mut RetryTotals, one: RetryTotals) {
    sum.retries += one.retries;
    sum.recovered += one.recovered;
    sum.exhausted += one.exhausted;
}
