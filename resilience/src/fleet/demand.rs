//! How many turns a replica uses, and how many it asks for ahead. Pure: time is an argument.

use std::time::Duration;

use super::tokens::Tokens;
use crate::clock::{self, Nanos};

/// The time over which the rate of calls is averaged: a burst that is longer raises the lease.
const MEMORY: f64 = 0.2;

/// The rate of calls as an exponentially weighted average.
#[derive(Debug, Default)]
pub(crate) struct Demand {
    per_second: f64,
    seen: Nanos,
}

impl Demand {
    /// So many turns were used since it was told last.
    pub(crate) fn observe(&mut self, now: Nanos, used: u64) {
        let seconds = clock::until(now, self.seen).as_secs_f64().max(1e-6);
        let weight = -(-seconds / MEMORY).exp_m1();
        self.per_second += (used as f64 / seconds - self.per_second) * weight;
        self.seen = now;
    }

    /// How many turns to fetch ahead: what `lease` uses, at most 5 % of the burst, at least one.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    pub(crate) fn want(&self, lease: Duration, burst: u32) -> u32 {
        ((self.per_second * lease.as_secs_f64()).round() as u32).clamp(1, most(burst))
    }
}

/// How many turns a replica holds at most: 5 % of the burst, at least one.
pub(crate) fn most(burst: u32) -> u32 {
    (burst / 20).clamp(1, Tokens::MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_millis(50);

    /// Steady calls for a second, told each time that so many were made.
    fn after_a_second(rate: u64, told_at_once: u64) -> Demand {
        let mut demand = Demand::default();
        for call in 0..=rate / told_at_once {
            let now = (1 << 61) + call * told_at_once * 1_000_000_000 / rate;
            demand.observe(now, if call == 0 { 0 } else { told_at_once });
        }
        demand
    }

    #[test]
    fn a_lease_is_what_its_time_uses() {
        for told in [1, 5, 10] {
            let demand = after_a_second(500, told);
            assert_eq!(demand.want(LEASE, 10_000), 25, "told {told} at once");
        }
    }

    #[test]
    fn a_lease_is_bounded_by_the_burst() {
        let demand = after_a_second(10_000, 10);
        assert_eq!(demand.want(LEASE, 100), 5);
        assert_eq!(demand.want(LEASE, 19), 1);
        assert_eq!(demand.want(LEASE, 1), 1);
        assert_eq!(demand.want(Duration::ZERO, 10_000), 1);
    }

    #[test]
    fn demand_is_forgotten() {
        let mut demand = after_a_second(10_000, 10);
        demand.observe(demand.seen + 2_000_000_000, 1);
        assert_eq!(demand.want(LEASE, 10_000), 1);
    }
}
