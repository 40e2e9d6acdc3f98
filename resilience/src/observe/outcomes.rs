//! How calls ended: what each kind of policy counts, in the words that the label `outcome` has for it.

use super::collect::Collected;
use super::modes;
use super::sink::{Sink, policy};
use crate::circuit_breaker::Totals;
use crate::name::Name;

pub(super) fn policies(all: &Collected) -> usize {
    let (breakers, bulkheads, limiters) = (&all.breakers, &all.bulkheads, &all.limiters);
    let limiting = breakers.len() + bulkheads.len() + limiters.len() + all.timeouts.len();
    limiting + all.retries.len() + all.fallbacks.len() + all.hedges.len() + all.modes.len()
}

/// One kind after the other.
pub(super) fn write(all: &Collected, place: usize, to: &mut dyn Sink) {
    let mut list = Kinds { place: Some(place), to };
    list.next("circuit_breaker", &all.breakers, |sum| breaker(&sum.totals));
    list.next("retry", &all.retries, |it| {
        [("recovered", it.recovered), ("exhausted", it.exhausted)]
    });
    list.next("timeout", &all.timeouts, |it| [("timed_out", it[0]), ("deadline_exceeded", it[1])]);
    list.next("bulkhead", &all.bulkheads, |sum| [("rejected", sum.rejected)]);
    list.next("rate_limit", &all.limiters, |sum| [("rejected", sum.rejected)]);
    list.next("fallback", &all.fallbacks, |used| [("fell_back", *used)]);
    list.next("hedge", &all.hedges, |hedged| [("hedged", *hedged)]);
    if let Some(one) = list.place.and_then(|place| all.modes.get(place)) {
        modes::write_passed(one, list.to);
    }
}

/// A way through the kinds, to one policy.
struct Kinds<'s> {
    /// Where it is, from here on; `None` once it was found.
    place: Option<usize>,
    to: &'s mut dyn Sink,
}

impl Kinds<'_> {
    fn next<T, const N: usize>(
        &mut self,
        kind: &'static str,
        all: &[(Name, Box<T>)],
        outcomes: fn(&T) -> [(&'static str, u64); N],
    ) {
        let Some(place) = self.place else { return };
        self.place = place.checked_sub(all.len());
        if let Some((name, one)) = all.get(place) {
            self.to.series(&[("kind", kind), policy(*name)]);
            for (outcome, count) in outcomes(one) {
                self.to.value(&[("outcome", outcome)], count);
            }
        }
    }
}

fn breaker(totals: &Totals) -> [(&'static str, u64); 6] {
    [
        ("success", totals.successes),
        ("failure", totals.failures),
        ("ignored", totals.ignored),
        ("cancelled", totals.cancelled),
        ("stale", totals.stale),
        ("rejected", totals.rejected),
    ]
}
