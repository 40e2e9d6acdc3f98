//! Calls by the number of threads that call one policy at once.

use std::num::NonZeroU32;
use std::time::Duration;

use failsafe::Config;
use failsafe::backoff::constant;
use failsafe::failure_policy::consecutive_failures;
use failsafe::futures::CircuitBreaker as _;
use governor::Quota;
use recloser::{AsyncRecloser, Recloser};
use resilience::{Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, RateLimiter};
use resilience_benches::{Failure, bare, call_once, fail_once};
use tokio::sync::Semaphore;

use super::{Curve, NANOS, Words};
use crate::harness::{self, Criterion, Down, bench_on_threads};
use crate::machine;
use crate::rate_limit;

const HOUR: Duration = Duration::from_secs(3_600);

pub(super) fn curves(criterion: &mut Criterion) -> [Curve; 3] {
    [
        curve(REJECTIONS, criterion, rejections),
        curve(SUCCESSES, criterion, successes),
        curve(WORK, criterion, work),
    ]
}

const REJECTIONS: Words = Words {
    file: "threads-rejections.svg",
    title: "A rejection by the number of threads that call one policy",
    about: "An open circuit, a full bulkhead, an empty rate limit. What each thread's call takes: where the line is level, \
            threads don't slow each other down. tokio's semaphore and governor count no rejections; ours are counted, and \
            say when it is worth coming back.",
    x: "threads",
    y: NANOS,
};
const SUCCESSES: Words = Words {
    file: "threads-successes.svg",
    title: "A success by the number of threads that call one policy",
    about: "Empty bodies, the worst case: threads do nothing but meet in the policy. What each thread's call takes: where \
            the line is level, threads don't slow each other down; twice as high at two threads means that the second \
            adds nothing.",
    x: "threads",
    y: NANOS,
};
const WORK: Words = Words {
    file: "threads-work.svg",
    title: "A microsecond of work in a bulkhead by the number of threads",
    about: "As above, with bodies that multiply for about a microsecond.",
    x: "threads",
    y: NANOS,
};

fn curve(words: Words, criterion: &mut Criterion, measure: fn(&mut Criterion, usize)) -> Curve {
    let threads = numbers();
    for threads in &threads {
        measure(criterion, *threads as usize);
    }
    Curve::new(words, &threads, &criterion.take())
}

/// Powers of two up to what the machine has, and that.
fn numbers() -> Vec<u32> {
    let most = u32::try_from(machine::threads()).unwrap_or(u32::MAX);
    let powers = (0..32).map(|power| 1 << power).take_while(|threads| *threads < most);
    powers.chain([most]).collect()
}

fn rejections(criterion: &mut Criterion, threads: usize) {
    static BREAKER: CircuitBreaker = CircuitBreaker::new(
        "open",
        CircuitBreakerConfig::new().consecutive_failures(1).open_for(HOUR),
    );
    static BULKHEAD: Bulkhead = Bulkhead::new("full", BulkheadConfig::new().max_concurrent(1));
    static LIMIT: RateLimiter = rate_limit::ours("empty", "1/h");
    fail_once(|n| BREAKER.call(bare(n)));
    call_once(|n| LIMIT.call(bare(n)));
    let _slot = BULKHEAD.try_acquire();
    let policy = consecutive_failures(1, constant(HOUR));
    let failsafe = Config::new().failure_policy(policy).build();
    fail_once(|n| failsafe.call(harness::bare(n)));
    let ring = Recloser::custom().closed_len(1).error_rate(0.1).open_wait(HOUR).build();
    let ring = AsyncRecloser::from(ring);
    (0..3).for_each(|_| fail_once(|n| ring.call(harness::bare(n))));
    let governor = rate_limit::governor(Quota::per_hour(NonZeroU32::MIN));
    let _ = governor.check();
    let semaphore = Semaphore::new(0);

    let mut group = criterion.benchmark_group(format!("rejections, {threads} threads"));
    bench_on_threads(&mut group, threads, "resilience, open circuit", |n| BREAKER.call(bare(n)));
    bench_on_threads(&mut group, threads, "resilience, full bulkhead", |n| BULKHEAD.call(bare(n)));
    bench_on_threads(&mut group, threads, "resilience, empty rate limit", |n| LIMIT.call(bare(n)));
    bench_on_threads(&mut group, threads, "failsafe, open", |n| failsafe.call(harness::bare(n)));
    bench_on_threads(&mut group, threads, "recloser, open", |n| ring.call(harness::bare(n)));
    bench_on_threads(&mut group, threads, "tokio semaphore, empty", |n| placed(&semaphore, n));
    bench_on_threads(&mut group, threads, "governor, empty", |n| rate_limit::limited(&governor, n));
    group.finish();
}

fn successes(criterion: &mut Criterion, threads: usize) {
    static BREAKER: CircuitBreaker = CircuitBreaker::new("closed", CircuitBreakerConfig::new());
    static BULKHEAD: Bulkhead = Bulkhead::new("free", BulkheadConfig::new());
    static ADAPTIVE: Bulkhead = Bulkhead::new("adaptive", BulkheadConfig::new().adaptive(true));
    let ring = AsyncRecloser::from(Recloser::custom().build());
    let semaphore = Semaphore::new(25);

    let mut group = criterion.benchmark_group(format!("successes, {threads} threads"));
    bench_on_threads(&mut group, threads, "resilience, breaker", |n| BREAKER.call(bare(n)));
    bench_on_threads(&mut group, threads, "resilience, bulkhead", |n| BULKHEAD.call(bare(n)));
    bench_on_threads(&mut group, threads, "resilience, adaptive bulkhead", |n| {
        ADAPTIVE.call(bare(n))
    });
    bench_on_threads(&mut group, threads, "recloser", |n| ring.call(harness::bare(n)));
    bench_on_threads(&mut group, threads, "tokio semaphore", |n| placed(&semaphore, n));
    group.finish();
}

fn work(criterion: &mut Criterion, threads: usize) {
    static BULKHEAD: Bulkhead = Bulkhead::new("work", BulkheadConfig::new());
    static ADAPTIVE: Bulkhead = Bulkhead::new("work, too", BulkheadConfig::new().adaptive(true));
    let semaphore = &Semaphore::new(25);

    let mut group = criterion.benchmark_group(format!("work, {threads} threads"));
    bench_on_threads(&mut group, threads, "bare", multiply);
    bench_on_threads(&mut group, threads, "resilience, bulkhead", |n| BULKHEAD.call(multiply(n)));
    bench_on_threads(&mut group, threads, "resilience, adaptive", |n| ADAPTIVE.call(multiply(n)));
    bench_on_threads(&mut group, threads, "tokio semaphore", |n| async move {
        let _place = semaphore.try_acquire().map_err(|_| Failure::Down)?;
        multiply(n).await
    });
    group.finish();
}

async fn placed(semaphore: &Semaphore, input: u64) -> Result<u64, Down> {
    let _place = semaphore.try_acquire().map_err(|_| Down)?;
    harness::bare(input).await
}

async fn multiply(input: u64) -> Result<u64, Failure> {
    Ok(product(input))
}

/// About a microsecond, in registers alone: each step waits for the one before. The same code for all.
#[inline(never)]
fn product(input: u64) -> u64 {
    (0..500).fold(input, |product, _| (product ^ product >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}
