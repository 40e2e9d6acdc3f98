//! A call by the number of policies that are called in turns.

use std::time::Duration;

use failsafe::Config;
use failsafe::backoff::constant;
use failsafe::failure_policy::consecutive_failures;
use failsafe::futures::CircuitBreaker as _;
use recloser::{AsyncRecloser, Recloser};
use resilience::{CircuitBreaker, CircuitBreakerConfig};
use resilience_benches::bare;

use super::{Curve, NANOS, Words};
use crate::harness::{self, Criterion, bench, bench_plain};
use crate::rate_limit;

const INSTANCES: [u32; 5] = [1, 10, 100, 1_000, 10_000];
const HOUR: Duration = Duration::from_secs(3_600);

pub(super) fn curve(criterion: &mut Criterion) -> Curve {
    for instances in INSTANCES {
        in_turns(criterion, instances);
    }
    let words = Words {
        file: "instances.svg",
        title: "A call by the number of policies that are called in turns",
        about: "One call of each after the other: what 10,000 policies take in the processor's cache, they wait for. \
                Circuit breakers with their defaults, whose calls succeed; rate limits that allow.",
        x: "policies",
        y: NANOS,
    };
    Curve::new(words, &INSTANCES, &criterion.take())
}

fn in_turns(criterion: &mut Criterion, instances: u32) {
    let breakers = many(instances, || CircuitBreaker::new("turns", CircuitBreakerConfig::new()));
    let rings = many(instances, || AsyncRecloser::from(Recloser::custom().build()));
    let failsafes = many(instances, || {
        Config::new().failure_policy(consecutive_failures(5, constant(HOUR))).build()
    });
    let limits = many(instances, || rate_limit::ours("turns", rate_limit::NEVER_REACHED));
    let governors = many(instances, || rate_limit::governor(rate_limit::never_reached()));

    let mut group = criterion.benchmark_group(format!("{instances} policies"));
    let mut next = turns(&breakers);
    bench(&mut group, "resilience, breaker", move |n| next().call(bare(n)));
    let mut next = turns(&limits);
    bench_plain(&mut group, "resilience, rate limit", move || next().try_acquire().is_ok());
    let mut next = turns(&rings);
    bench(&mut group, "recloser", move |n| next().call(harness::bare(n)));
    let mut next = turns(&failsafes);
    bench(&mut group, "failsafe", move |n| next().call(harness::bare(n)));
    let mut next = turns(&governors);
    bench_plain(&mut group, "governor", move || next().check().is_ok());
    group.finish();
}

fn many<T>(instances: u32, make: impl Fn() -> T) -> Vec<T> {
    (0..instances).map(|_| make()).collect()
}

fn turns<'a, T>(all: &'a [T]) -> impl FnMut() -> &'a T {
    let mut next = 0;
    move || {
        let one = &all[next];
        next = if next + 1 < all.len() { next + 1 } else { 0 };
        one
    }
}
