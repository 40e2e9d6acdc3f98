//! What policies have counted, added up: over keys, or over policies that share a name.

use std::borrow::Borrow;
use std::ops::AddAssign;

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::Transitions;
use crate::circuit_breaker::{CircuitBreaker, Totals};
use crate::circuit_state::CircuitState;
use crate::current::tell_passed;
use crate::histogram::Histogram;
use crate::rate_limit::Limit;
use crate::rate_limit::RateLimiter;

/// Counters, which outlive their policies, and the present, which doesn't.
pub trait Aggregate: AddAssign + Clone + Default + Send + Sync {
    /// Keeps the counters.
    fn clear_present(&mut self);

    /// How calls ended, in the words of the label `outcome`.
    fn tell(&self, tell: &mut dyn FnMut(&'static str, u64));
}

fn sum(one: (u64, u64), other: (u64, u64)) -> (u64, u64) {
    (one.0 + other.0, one.1 + other.1)
}

/// Of circuit breakers.
#[derive(Clone, Debug, Default)]
pub struct BreakerAggregate {
    pub(crate) totals: Totals,
    pub(crate) transitions: Transitions,
    pub(crate) latency: Option<Histogram>,
    /// Whether one of them is in that state, by [`CircuitState::ALL`]'s order.
    pub(crate) present: [bool; CircuitState::ALL.len()],
    /// Calls that passed because of the mode: would-be rejections, and bypassed ones.
    passed: (u64, u64),
}

impl BreakerAggregate {
    pub(crate) fn of(breaker: &CircuitBreaker) -> Self {
        let state = breaker.state();
        let present = CircuitState::ALL.map(|other| other == state);
        let (totals, transitions) = (breaker.totals(), breaker.all_transitions());
        let passed = (breaker.would_reject(), breaker.bypassed());
        Self { totals, transitions, latency: breaker.latency(), present, passed }
    }

    /// The states that policies are in, each once.
    #[cfg(feature = "axum")]
    pub(crate) fn states(&self) -> impl Iterator<Item = CircuitState> {
        CircuitState::ALL
            .into_iter()
            .zip(self.present)
            .filter_map(|(state, any)| any.then_some(state))
    }
}

impl AddAssign for BreakerAggregate {
    fn add_assign(&mut self, other: Self) {
        self.totals += other.totals;
        if let Some(latency) = other.latency {
            *self.latency.get_or_insert_default() += latency;
        }
        let transitions =
            self.transitions.iter_mut().flatten().zip(other.transitions.into_iter().flatten());
        transitions.for_each(|(sum, count)| *sum += count);
        self.present.iter_mut().zip(other.present).for_each(|(any, one)| *any |= one);
        self.passed = sum(self.passed, other.passed);
    }
}

impl Aggregate for BreakerAggregate {
    fn clear_present(&mut self) {
        self.present = Default::default();
    }

    fn tell(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.totals.tell(tell);
        tell_passed(self.passed, tell);
    }
}

/// Of bulkheads.
#[derive(Clone, Debug, Default)]
pub struct BulkheadAggregate {
    pub(crate) rejected: u64,
    pub(crate) in_flight: u64,
    pub(crate) queued: u64,
    passed: (u64, u64),
    pub(crate) limit: u64,
    /// Of adaptive limits, the longest latency without a queue, and now, in nanoseconds.
    pub(crate) base: f64,
    pub(crate) recent: f64,
    /// Of calls that waited for a slot, and got it.
    pub(crate) waits: Option<Histogram>,
}

impl BulkheadAggregate {
    pub(crate) fn of(bulkhead: &Bulkhead) -> Self {
        let (in_flight, queued) = (bulkhead.in_flight().into(), bulkhead.queued().into());
        let passed = (bulkhead.would_reject(), bulkhead.bypassed());
        let (rejected, limit) = (bulkhead.totals().rejected, bulkhead.limit().into());
        let (base, recent) = bulkhead.latencies();
        let waits = bulkhead.waits();
        Self { rejected, in_flight, queued, passed, limit, base, recent, waits }
    }
}

impl AddAssign for BulkheadAggregate {
    fn add_assign(&mut self, other: Self) {
        self.rejected += other.rejected;
        self.in_flight += other.in_flight;
        self.queued += other.queued;
        self.passed = sum(self.passed, other.passed);
        self.limit += other.limit;
        (self.base, self.recent) = (self.base.max(other.base), self.recent.max(other.recent));
        if let Some(waits) = other.waits {
            *self.waits.get_or_insert_default() += waits;
        }
    }
}

impl Aggregate for BulkheadAggregate {
    fn clear_present(&mut self) {
        let Self { rejected, passed, waits, .. } = *self;
        *self = Self { rejected, passed, waits, ..Self::default() };
    }

    fn tell(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        tell("rejected", self.rejected);
        tell_passed(self.passed, tell);
    }
}

/// Of rate limiters.
#[derive(Clone, Debug, Default)]
pub struct LimiterAggregate {
    pub(crate) rejected: u64,
    /// All keys count these together, so that each knows the sum.
    passed: (u64, u64),
}

impl LimiterAggregate {
    pub(crate) fn of<L: Borrow<Limit>>(limiter: &RateLimiter<L>) -> Self {
        let passed = (limiter.would_reject(), limiter.bypassed());
        Self { rejected: limiter.totals().rejected, passed }
    }
}

impl AddAssign for LimiterAggregate {
    fn add_assign(&mut self, other: Self) {
        self.rejected += other.rejected;
        let (one, two) = (self.passed, other.passed);
        self.passed = (one.0.max(two.0), one.1.max(two.1));
    }
}

impl Aggregate for LimiterAggregate {
    /// Keys that are left know what evicted ones have counted there.
    fn clear_present(&mut self) {
        self.passed = (0, 0);
    }

    fn tell(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        tell("rejected", self.rejected);
        tell_passed(self.passed, tell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(aggregate: &impl Aggregate) -> Vec<(&'static str, u64)> {
        let mut told = Vec::new();
        aggregate.tell(&mut |word, count| told.push((word, count)));
        told.retain(|(_, count)| *count > 0);
        told
    }

    /// The same twice, then without what only is while the policy is there.
    fn doubled<A: Aggregate>(one: A) -> [Vec<(&'static str, u64)>; 2] {
        let mut sum = one.clone();
        sum += one;
        let doubled = told(&sum);
        sum.clear_present();
        [doubled, told(&sum)]
    }

    #[test]
    fn what_breakers_have_counted_is_added_up() {
        let totals = Totals {
            requests: 28,
            successes: 1,
            failures: 2,
            ignored: 3,
            slow: 4,
            cancelled: 5,
            stale: 6,
            rejected: 7,
        };
        let sums = [
            ("success", 2),
            ("failure", 4),
            ("ignored", 6),
            ("cancelled", 10),
            ("stale", 12),
            ("rejected", 14),
            ("would_reject", 16),
            ("bypassed", 18),
        ];
        let mut one = BreakerAggregate { totals, passed: (8, 9), ..BreakerAggregate::default() };
        assert_eq!(doubled(one.clone()), [sums.to_vec(), sums.to_vec()]);
        one += one.clone();
        assert_eq!((one.totals.requests, one.totals.slow), (56, 8));
    }

    #[test]
    fn what_bulkheads_have_counted_is_added_up_and_what_runs_is_forgotten() {
        let mut one = BulkheadAggregate {
            rejected: 1,
            in_flight: 2,
            queued: 3,
            passed: (4, 5),
            limit: 6,
            base: 7.0,
            recent: 8.0,
            waits: None,
        };
        let sums = [("rejected", 2), ("would_reject", 8), ("bypassed", 10)];
        assert_eq!(doubled(one.clone()), [sums.to_vec(), sums.to_vec()]);
        one += BulkheadAggregate { base: 9.0, recent: 1.0, ..one.clone() };
        assert_eq!((one.in_flight, one.queued, one.limit), (4, 6, 12));
        assert_eq!((one.base.to_bits(), one.recent.to_bits()), (9_f64.to_bits(), 8_f64.to_bits()));
        one.clear_present();
        assert_eq!((one.in_flight, one.queued, one.limit), (0, 0, 0));
    }

    #[test]
    fn rate_limiters_of_keys_count_together_what_their_mode_lets_pass() {
        let one = LimiterAggregate { rejected: 1, passed: (4, 5) };
        let sums = [("rejected", 2), ("would_reject", 4), ("bypassed", 5)];
        assert_eq!(doubled(one), [sums.to_vec(), vec![("rejected", 2)]]);
    }
}
