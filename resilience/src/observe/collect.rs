//! What there is to tell, by kind and name: keys and namesakes added up.

use std::collections::BTreeMap;

use super::text::escaped;
use crate::keyed::{BreakerSum, BulkheadSum, LimiterSum};
use crate::{Name, Registry, RetryTotals};

/// By a name that is escaped for labels.
pub(super) type ByName<T> = BTreeMap<String, T>;

/// How calls ended, in the words that the label `outcome` has for it.
pub(super) type Outcomes = Vec<(&'static str, u64)>;

pub(super) struct Collected {
    pub(super) breakers: ByName<BreakerSum>,
    pub(super) retries: ByName<RetryTotals>,
    pub(super) bulkheads: ByName<BulkheadSum>,
    pub(super) limiters: ByName<LimiterSum>,
    pub(super) timeouts: ByName<[u64; 2]>,
    pub(super) fallbacks: ByName<u64>,
    pub(super) hedges: ByName<u64>,
}

impl Collected {
    pub(super) fn from(registry: &Registry) -> Self {
        let breakers = registry.circuit_breakers().map(|one| (one.name(), BreakerSum::of(one)));
        let breakers_per_key = registry.keyed_circuit_breakers().map(|all| (all.name(), all.sum()));
        let bulkheads = registry.bulkheads().map(|one| (one.name(), BulkheadSum::of(one)));
        let bulkheads_per_key = registry.keyed_bulkheads().map(|all| (all.name(), all.sum()));
        let limiters = registry.rate_limiters().map(|one| (one.name(), LimiterSum::of(one)));
        let limiters_per_key = registry.keyed_rate_limiters().map(|all| (all.name(), all.sum()));
        let timeouts =
            registry.timeouts().map(|one| (one.name(), [one.timed_out(), one.deadline_exceeded()]));
        Self {
            breakers: by_name(breakers.chain(breakers_per_key), |sum, one| *sum += one),
            bulkheads: by_name(bulkheads.chain(bulkheads_per_key), |sum, one| *sum += one),
            limiters: by_name(limiters.chain(limiters_per_key), |sum, one| *sum += one),
            retries: by_name(registry.retries().map(|one| (one.name(), one.totals())), add_retries),
            timeouts: by_name(timeouts, |sum, [timed_out, exceeded]| {
                *sum = [sum[0] + timed_out, sum[1] + exceeded];
            }),
            fallbacks: by_name(
                registry.fallbacks().map(|one| (one.name(), one.used())),
                |sum, one| *sum += one,
            ),
            hedges: by_name(registry.hedges().map(|one| (one.name(), one.hedged())), |sum, one| {
                *sum += one;
            }),
        }
    }

    /// How calls ended: kind, name, outcomes.
    pub(super) fn calls(&self) -> impl Iterator<Item = (&'static str, &str, Outcomes)> {
        of_kind("circuit_breaker", &self.breakers, breaker_outcomes)
            .chain(of_kind("retry", &self.retries, |it| {
                vec![("recovered", it.recovered), ("exhausted", it.exhausted)]
            }))
            .chain(of_kind("timeout", &self.timeouts, |it| {
                vec![("timed_out", it[0]), ("deadline_exceeded", it[1])]
            }))
            .chain(of_kind("bulkhead", &self.bulkheads, |it| vec![("rejected", it.rejected)]))
            .chain(of_kind("rate_limit", &self.limiters, |it| vec![("rejected", it.rejected)]))
            .chain(of_kind("fallback", &self.fallbacks, |used| vec![("fell_back", *used)]))
            .chain(of_kind("hedge", &self.hedges, |hedged| vec![("hedged", *hedged)]))
    }
}

fn by_name<T: Default>(all: impl Iterator<Item = (Name, T)>, add: impl Fn(&mut T, T)) -> ByName<T> {
    let mut sums = ByName::new();
    all.for_each(|(name, one)| add(sums.entry(escaped(&name)).or_default(), one));
    sums
}

fn add_retries(sum: &mut RetryTotals, one: RetryTotals) {
    sum.retries += one.retries;
    sum.recovered += one.recovered;
    sum.exhausted += one.exhausted;
}

fn of_kind<'a, T>(
    kind: &'static str,
    all: &'a ByName<T>,
    outcomes: impl Fn(&T) -> Outcomes,
) -> impl Iterator<Item = (&'static str, &'a str, Outcomes)> {
    all.iter().map(move |(name, one)| (kind, name.as_str(), outcomes(one)))
}

fn breaker_outcomes(sum: &BreakerSum) -> Outcomes {
    let totals = sum.totals;
    vec![
        ("success", totals.successes),
        ("failure", totals.failures),
        ("ignored", totals.ignored),
        ("cancelled", totals.cancelled),
        ("stale", totals.stale),
        ("rejected", totals.rejected),
    ]
}
