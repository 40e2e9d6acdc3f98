//! Rate limits: a call that passes, and one that is rejected.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::{DefaultDirectRateLimiter, Quota};
use resilience::{RateLimitConfig, RateLimiter};
use resilience_benches::{Failure, bare, call_once};
use tower_resilience::ratelimiter::RateLimiterLayer;

use crate::harness::{self, Criterion, Down, bench, bench_on_two_threads, through};

/// One call per nanosecond: no loop is as fast.
pub(crate) const NEVER_REACHED: &str = "1000000000/s";
const ONE_IN_AN_HOUR: &str = "1/h";

pub(crate) fn allow(criterion: &mut Criterion) {
    static OURS: RateLimiter = ours("allow", NEVER_REACHED);
    let governor = governor(never_reached());
    let mut tower = tower();

    let mut group = criterion.benchmark_group("rate limit, allow");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", |input| OURS.call(bare(input)));
    bench(&mut group, "resilience, attribute", allowed_by_attribute);
    bench(&mut group, "governor", |input| limited(&governor, input));
    bench(&mut group, "tower-resilience", |input| through(&mut tower, input));
    group.finish();
}

pub(crate) fn allow_on_two_threads(criterion: &mut Criterion) {
    static OURS: RateLimiter = ours("two-allow", NEVER_REACHED);
    let governor = governor(never_reached());

    let mut group = criterion.benchmark_group("rate limit, allow, two threads");
    bench_on_two_threads(&mut group, "bare", bare);
    bench_on_two_threads(&mut group, "resilience", |input| OURS.call(bare(input)));
    bench_on_two_threads(&mut group, "governor", |input| limited(&governor, input));
    group.finish();
}

pub(crate) fn reject(criterion: &mut Criterion) {
    static OURS: RateLimiter = ours("reject", ONE_IN_AN_HOUR);
    let governor = governor(Quota::per_hour(NonZeroU32::MIN));
    // The one call that each limit allows.
    call_once(|input| OURS.call(bare(input)));
    call_once(refused_by_attribute);
    call_once(|input| limited(&governor, input));

    let mut group = criterion.benchmark_group("rate limit, reject");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", |input| OURS.call(bare(input)));
    bench(&mut group, "resilience, attribute", refused_by_attribute);
    bench(&mut group, "governor", |input| limited(&governor, input));
    bench(&mut group, "governor, with the time to wait", |input| {
        limited_and_told(&governor, input)
    });
    group.finish();
}

#[resilience::rate_limit("1000000000/s")]
async fn allowed_by_attribute(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

#[resilience::rate_limit("1/h")]
async fn refused_by_attribute(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

pub(crate) async fn limited(limiter: &DefaultDirectRateLimiter, input: u64) -> Result<u64, Down> {
    limiter.check().map_err(|_| Down)?;
    harness::bare(input).await
}

/// What a rejection of ours says too: when it is worth coming back.
async fn limited_and_told(
    limiter: &DefaultDirectRateLimiter,
    input: u64,
) -> Result<u64, Option<Duration>> {
    limiter.check().map_err(|not_until| Some(not_until.wait_time_from(limiter.clock().now())))?;
    harness::bare(input).await.map_err(|_| None)
}

pub(crate) const fn ours(name: &'static str, rate: &str) -> RateLimiter {
    RateLimiter::new(name, RateLimitConfig::new().rate(rate))
}

pub(crate) fn governor(quota: Quota) -> DefaultDirectRateLimiter {
    governor::RateLimiter::direct(quota)
}

pub(crate) fn never_reached() -> Quota {
    Quota::per_second(NonZeroU32::new(1_000_000_000).expect("it isn't zero"))
}

fn tower() -> impl tower::Service<u64> {
    let layer = RateLimiterLayer::per_second(1_000_000_000).build();
    let service = tower::service_fn(harness::bare);
    tower::Layer::layer(&layer.expect("a valid configuration"), service)
}
