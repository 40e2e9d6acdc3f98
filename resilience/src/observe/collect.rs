//! What there is to tell, by kind and name: keys and namesakes added up. Each kind is read when it is first asked for.

use std::cell::OnceCell;
use std::ops::AddAssign;

use crate::keyed::{BreakerSum, BulkheadSum, LimiterSum};
use crate::{Name, Registry, RetryTotals};

/// Sorted by name, each name once.
pub(super) type ByName<T> = Vec<(Name, T)>;

/// How calls ended, in the words that the label `outcome` has for it.
pub(super) type Outcome = (&'static str, u64);

pub(super) struct Collected<'r> {
    registry: &'r Registry,
    breakers: OnceCell<ByName<BreakerSum>>,
    bulkheads: OnceCell<ByName<BulkheadSum>>,
    retries: OnceCell<ByName<RetryTotals>>,
}

impl<'r> Collected<'r> {
    pub(super) fn from(registry: &'r Registry) -> Self {
        let (breakers, bulkheads) = (OnceCell::new(), OnceCell::new());
        Self { registry, breakers, bulkheads, retries: OnceCell::new() }
    }

    pub(super) fn breakers(&self) -> &ByName<BreakerSum> {
        self.breakers.get_or_init(|| {
            let single =
                self.registry.circuit_breakers().map(|one| (one.name(), BreakerSum::of(one)));
            let per_key = self.registry.keyed_circuit_breakers().map(|all| (all.name(), all.sum()));
            by_name(single.chain(per_key), BreakerSum::add_assign)
        })
    }

    pub(super) fn bulkheads(&self) -> &ByName<BulkheadSum> {
        self.bulkheads.get_or_init(|| {
            let single = self.registry.bulkheads().map(|one| (one.name(), BulkheadSum::of(one)));
            let per_key = self.registry.keyed_bulkheads().map(|all| (all.name(), all.sum()));
            by_name(single.chain(per_key), BulkheadSum::add_assign)
        })
    }

    pub(super) fn retries(&self) -> &ByName<RetryTotals> {
        self.retries.get_or_init(|| {
            by_name(self.registry.retries().map(|one| (one.name(), one.totals())), add_retries)
        })
    }

    /// How calls ended: kind, name, outcomes.
    pub(super) fn each_outcome(&self, mut tell: impl FnMut(&'static str, Name, &[Outcome])) {
        for (name, sum) in self.breakers() {
            tell("circuit_breaker", *name, &breaker_outcomes(sum));
        }
        for (name, it) in self.retries() {
            tell("retry", *name, &[("recovered", it.recovered), ("exhausted", it.exhausted)]);
        }
        for (name, [timed_out, exceeded]) in self.timeouts() {
            tell("timeout", name, &[("timed_out", timed_out), ("deadline_exceeded", exceeded)]);
        }
        for (name, sum) in self.bulkheads() {
            tell("bulkhead", *name, &[("rejected", sum.rejected)]);
        }
        for (name, sum) in self.limiters() {
            tell("rate_limit", name, &[("rejected", sum.rejected)]);
        }
        for (name, used) in self.fallbacks() {
            tell("fallback", name, &[("fell_back", used)]);
        }
        for (name, hedged) in self.hedges() {
            tell("hedge", name, &[("hedged", hedged)]);
        }
    }

    fn limiters(&self) -> ByName<LimiterSum> {
        let single = self.registry.rate_limiters().map(|one| (one.name(), LimiterSum::of(one)));
        let per_key = self.registry.keyed_rate_limiters().map(|all| (all.name(), all.sum()));
        by_name(single.chain(per_key), LimiterSum::add_assign)
    }

    fn timeouts(&self) -> ByName<[u64; 2]> {
        let all = self.registry.timeouts();
        by_name(
            all.map(|one| (one.name(), [one.timed_out(), one.deadline_exceeded()])),
            |sum, [timed_out, exceeded]| *sum = [sum[0] + timed_out, sum[1] + exceeded],
        )
    }

    fn fallbacks(&self) -> ByName<u64> {
        by_name(self.registry.fallbacks().map(|one| (one.name(), one.used())), u64::add_assign)
    }

    fn hedges(&self) -> ByName<u64> {
        by_name(self.registry.hedges().map(|one| (one.name(), one.hedged())), u64::add_assign)
    }
}

fn by_name<T>(all: impl Iterator<Item = (Name, T)>, add: impl Fn(&mut T, T)) -> ByName<T> {
    let mut sorted: ByName<T> = all.collect();
    // Two sorted runs at most, which the sort recognises.
    sorted.sort_by_key(|(name, _)| *name);
    let mut sums = ByName::with_capacity(sorted.len());
    for (name, one) in sorted {
        match sums.last_mut() {
            Some((last, sum)) if *last == name => add(sum, one),
            _ => sums.push((name, one)),
        }
    }
    sums
}

fn add_retries(sum: &mut RetryTotals, one: RetryTotals) {
    sum.retries += one.retries;
    sum.recovered += one.recovered;
    sum.exhausted += one.exhausted;
}

fn breaker_outcomes(sum: &BreakerSum) -> [Outcome; 6] {
    let totals = sum.totals;
    [
        ("success", totals.successes),
        ("failure", totals.failures),
        ("ignored", totals.ignored),
        ("cancelled", totals.cancelled),
        ("stale", totals.stale),
        ("rejected", totals.rejected),
    ]
}
