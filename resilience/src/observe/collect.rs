//! What policies have counted, by kind and name: keys and policies that share a name added up. It is read piece by piece, so
//! that neither thousands of policies nor a map of many keys hold the thread that reads.

use std::ops::AddAssign;
#[cfg(feature = "redis")]
use std::sync::Arc;

use super::outcomes::{self, Sums};
use super::sorted::entry;
#[cfg(feature = "redis")]
use crate::fleet::counts::{self, Counts};
use crate::keyed::{BreakerAggregate, BulkheadAggregate, Keyed, PerKey};
use crate::kind::PolicyKind;
#[cfg(feature = "overrides")]
use crate::name::Listed;
use crate::name::Name;
#[cfg(feature = "overrides")]
use crate::overrides;
use crate::registry::Registry;
use crate::registry::pace::{PIECE, Pace, now};
use crate::retry::{NestedRetries, Retry};

/// Sorted by name, each name once. What is counted may be large: a box each, so that moving an entry costs little.
pub(super) type ByName<T> = Vec<(Name, Box<T>)>;

#[derive(Default)]
pub(crate) struct Collected {
    /// How calls ended, and modes: of every kind.
    pub(super) outcomes: Vec<outcomes::Entry>,
    pub(super) breakers: ByName<BreakerAggregate>,
    pub(super) bulkheads: ByName<BulkheadAggregate>,
    pub(super) retries: ByName<u64>,
    /// Calls of retries that began inside an attempt of another one, by the names of both.
    pub(super) nested_retries: Vec<((Name, Name), u64)>,
    /// What came of asking the store that replicas share.
    #[cfg(feature = "redis")]
    pub(super) sharing: Vec<(Name, Arc<Counts>)>,
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
        let (mut all, mut sums) = (Self::default(), Sums::default());
        for listed in registry.listed() {
            sums.add(listed);
            #[cfg(feature = "overrides")]
            all.add_overridden(listed);
            pace.count().await;
        }
        all.read_policies(registry, &mut pace).await;
        all.read_keys(registry, &mut sums, &mut pace).await;
        all.outcomes = sums.finish();
        #[cfg(feature = "redis")]
        {
            all.sharing = counts::all();
        }
        all
    }

    /// Policies that share a name have their overrides in common.
    #[cfg(feature = "overrides")]
    fn add_overridden(&mut self, listed: Listed) {
        let options = overrides::overridden(listed);
        let spot = (listed.kind(), listed.identity().name());
        if options > 0 {
            *entry(&mut self.overridden, spot, || 0) = options;
        }
    }

    /// What only some kinds have.
    async fn read_policies(&mut self, registry: &Registry, pace: &mut Pace) {
        for one in registry.circuit_breakers() {
            add(&mut self.breakers, one.name(), BreakerAggregate::of(one));
            pace.count().await;
        }
        for one in registry.bulkheads() {
            add(&mut self.bulkheads, one.name(), BulkheadAggregate::of(one));
            pace.count().await;
        }
        for one in registry.retries() {
            add(&mut self.retries, one.name(), one.totals().retries);
            self.add_nested(one);
            pace.count().await;
        }
    }

    fn add_nested(&mut self, retry: &Retry) {
        for NestedRetries { outer, inner, calls, .. } in retry.nested() {
            let known = self.nested_retries.iter_mut().find(|(pair, _)| *pair == (outer, inner));
            match known {
                Some((_, sum)) => *sum += calls,
                None => self.nested_retries.push(((outer, inner), calls)),
            }
        }
    }

    async fn read_keys(&mut self, registry: &Registry, sums: &mut Sums, pace: &mut Pace) {
        for all in registry.keyed_circuit_breakers() {
            let keys = of_keys(all, pace).await;
            sums.add_keys(PolicyKind::CircuitBreaker, all.name(), &keys);
            add(&mut self.breakers, all.name(), keys);
        }
        for all in registry.keyed_bulkheads() {
            let keys = of_keys(all, pace).await;
            sums.add_keys(PolicyKind::Bulkhead, all.name(), &keys);
            add(&mut self.bulkheads, all.name(), keys);
        }
        for all in registry.keyed_rate_limiters() {
            let keys = of_keys(all, pace).await;
            sums.add_keys(PolicyKind::RateLimiter, all.name(), &keys);
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

fn add<T: AddAssign + Default>(list: &mut ByName<T>, name: Name, one: T) {
    **entry(list, name, Box::default) += one;
}
