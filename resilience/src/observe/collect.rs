//! What there is to tell, by kind and name: keys and namesakes added up. Each kind is read when it is first asked for.

use std::cell::OnceCell;
use std::ops::AddAssign;

use crate::keyed::{BreakerAggregate, BulkheadAggregate, LimiterAggregate};
use crate::name::Name;
use crate::registry::Registry;
use crate::retry::RetryTotals;

/// Sorted by name, each name once.
pub(super) type ByName<T> = Vec<(Name, T)>;

pub(super) struct Collected<'r> {
    registry: &'r Registry,
    breakers: OnceCell<ByName<BreakerAggregate>>,
    bulkheads: OnceCell<ByName<BulkheadAggregate>>,
    retries: OnceCell<ByName<RetryTotals>>,
    limiters: OnceCell<ByName<LimiterAggregate>>,
    timeouts: OnceCell<ByName<[u64; 2]>>,
    fallbacks: OnceCell<ByName<u64>>,
    hedges: OnceCell<ByName<u64>>,
}

impl<'r> Collected<'r> {
    pub(super) const fn from(registry: &'r Registry) -> Self {
        Self {
            registry,
            breakers: OnceCell::new(),
            bulkheads: OnceCell::new(),
            retries: OnceCell::new(),
            limiters: OnceCell::new(),
            timeouts: OnceCell::new(),
            fallbacks: OnceCell::new(),
            hedges: OnceCell::new(),
        }
    }

    pub(super) fn breakers(&self) -> &[(Name, BreakerAggregate)] {
        self.breakers.get_or_init(|| {
            let single =
                self.registry.circuit_breakers().map(|one| (one.name(), BreakerAggregate::of(one)));
            let per_key =
                self.registry.keyed_circuit_breakers().map(|all| (all.name(), all.aggregate()));
            by_name(single.chain(per_key), BreakerAggregate::add_assign)
        })
    }

    pub(super) fn bulkheads(&self) -> &[(Name, BulkheadAggregate)] {
        self.bulkheads.get_or_init(|| {
            let single =
                self.registry.bulkheads().map(|one| (one.name(), BulkheadAggregate::of(one)));
            let per_key = self.registry.keyed_bulkheads().map(|all| (all.name(), all.aggregate()));
            by_name(single.chain(per_key), BulkheadAggregate::add_assign)
        })
    }

    pub(super) fn retries(&self) -> &[(Name, RetryTotals)] {
        self.retries.get_or_init(|| {
            by_name(self.registry.retries().map(|one| (one.name(), one.totals())), add_retries)
        })
    }

    pub(super) fn limiters(&self) -> &[(Name, LimiterAggregate)] {
        self.limiters.get_or_init(|| {
            let single =
                self.registry.rate_limiters().map(|one| (one.name(), LimiterAggregate::of(one)));
            let per_key =
                self.registry.keyed_rate_limiters().map(|all| (all.name(), all.aggregate()));
            by_name(single.chain(per_key), LimiterAggregate::add_assign)
        })
    }

    /// Timed out, and not begun since the deadline had passed.
    pub(super) fn timeouts(&self) -> &[(Name, [u64; 2])] {
        self.timeouts.get_or_init(|| {
            let all = self.registry.timeouts();
            by_name(
                all.map(|one| (one.name(), one.totals()))
                    .map(|(name, it)| (name, [it.timed_out, it.deadline_exceeded])),
                |sum, [timed_out, exceeded]| *sum = [sum[0] + timed_out, sum[1] + exceeded],
            )
        })
    }

    pub(super) fn fallbacks(&self) -> &[(Name, u64)] {
        self.fallbacks.get_or_init(|| {
            by_name(self.registry.fallbacks().map(|one| (one.name(), one.used())), u64::add_assign)
        })
    }

    pub(super) fn hedges(&self) -> &[(Name, u64)] {
        self.hedges.get_or_init(|| {
            by_name(
                self.registry.hedges().map(|one| (one.name(), one.totals().hedged)),
                u64::add_assign,
            )
        })
    }
}

fn by_name<T: Default>(all: impl Iterator<Item = (Name, T)>, add: impl Fn(&mut T, T)) -> ByName<T> {
    let mut sorted: ByName<T> = all.collect();
    // Two sorted runs at most, which the sort recognises.
    sorted.sort_by_key(|(name, _)| *name);
    sorted.dedup_by(|(name, one), (last, sum)| {
        let same = name == last;
        if same {
            add(sum, std::mem::take(one));
        }
        same
    });
    sorted
}

fn add_retries(sum: &mut RetryTotals, one: RetryTotals) {
    sum.retries += one.retries;
    sum.recovered += one.recovered;
    sum.exhausted += one.exhausted;
}
