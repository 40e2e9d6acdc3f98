//! Circuit breakers: closed and succeeding, half of the calls failing, and open.

use std::time::Duration;

use failsafe::backoff::{Constant, constant};
use failsafe::failure_policy::{
    ConsecutiveFailures, SuccessRateOverTimeWindow, consecutive_failures,
    success_rate_over_time_window,
};
use failsafe::futures::CircuitBreaker as _;
use failsafe::{Config, StateMachine};
use layered::{Execute, Service, Stack};
use recloser::{AsyncRecloser, Recloser};
use resilience::{CircuitBreaker, CircuitBreakerConfig, Window};
use resilience_benches::{Failure, bare, fail_once};
use seatbelt::breaker::Breaker;
use seatbelt::{RecoveryInfo, ResilienceContext};
use tower_resilience::circuitbreaker::CircuitBreakerLayer;

use crate::harness::{
    self, Criterion, Down, bench, bench_half_failing, bench_on_two_threads, through,
};

const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn success(criterion: &mut Criterion) {
    static CONSECUTIVE: CircuitBreaker = ours("success-consecutive", consecutive(5));
    static COUNT: CircuitBreaker = ours("success-count", config().window(Window::Calls(100)));
    static TIME: CircuitBreaker = ours("success-time", config());
    let (fail, rate, ring) = (failsafe_consecutive(5), failsafe_rate(), recloser());
    let seatbelt = seatbelt();
    let mut tower = tower();

    let mut group = criterion.benchmark_group("breaker, success");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience, consecutive", |input| CONSECUTIVE.call(bare(input)));
    bench(&mut group, "resilience, last 100 calls", |input| COUNT.call(bare(input)));
    bench(&mut group, "resilience, last 10 s", |input| TIME.call(bare(input)));
    bench(&mut group, "resilience, last 10 s, attribute", by_attribute);
    bench(&mut group, "failsafe, consecutive", |input| fail.call(harness::bare(input)));
    bench(&mut group, "failsafe, rate over 30 s", |input| rate.call(harness::bare(input)));
    bench(&mut group, "recloser, last 100 calls", |input| ring.call(harness::bare(input)));
    bench(&mut group, "seatbelt, 30 s", |input| seatbelt.execute(input));
    bench(&mut group, "tower-resilience, last 100 calls", |input| through(&mut tower, input));
    group.finish();
}

pub(crate) fn success_on_two_threads(criterion: &mut Criterion) {
    static CONSECUTIVE: CircuitBreaker = ours("two-consecutive", consecutive(5));
    static COUNT: CircuitBreaker = ours("two-count", config().window(Window::Calls(100)));
    static TIME: CircuitBreaker = ours("two-time", config());
    let (fail, rate, ring) = (failsafe_consecutive(5), failsafe_rate(), recloser());
    let seatbelt = seatbelt();

    let mut group = criterion.benchmark_group("breaker, success, two threads");
    bench_on_two_threads(&mut group, "bare", bare);
    bench_on_two_threads(&mut group, "resilience, consecutive", |n| CONSECUTIVE.call(bare(n)));
    bench_on_two_threads(&mut group, "resilience, last 100 calls", |n| COUNT.call(bare(n)));
    bench_on_two_threads(&mut group, "resilience, last 10 s", |n| TIME.call(bare(n)));
    bench_on_two_threads(&mut group, "failsafe, consecutive", |n| fail.call(harness::bare(n)));
    bench_on_two_threads(&mut group, "failsafe, rate over 30 s", |n| rate.call(harness::bare(n)));
    bench_on_two_threads(&mut group, "recloser, last 100 calls", |n| ring.call(harness::bare(n)));
    bench_on_two_threads(&mut group, "seatbelt, 30 s", |n| seatbelt.execute(n));
    group.finish();
}

// Every breaker is set so that half of the calls failing does not open it.
pub(crate) fn half_fail(criterion: &mut Criterion) {
    static CONSECUTIVE: CircuitBreaker = ours("half-consecutive", consecutive(5));
    static COUNT: CircuitBreaker =
        ours("half-count", config().window(Window::Calls(100)).failure_rate(1.0).min_calls(100));
    static TIME: CircuitBreaker = ours("half-time", config().failure_rate(1.0));
    let (fail, ring) = (failsafe_consecutive(5), recloser());
    let seatbelt = seatbelt();

    let mut group = criterion.benchmark_group("breaker, half of the calls fail");
    bench_half_failing(&mut group, "bare", bare);
    bench_half_failing(&mut group, "resilience, consecutive", |n| CONSECUTIVE.call(bare(n)));
    bench_half_failing(&mut group, "resilience, last 100 calls", |n| COUNT.call(bare(n)));
    bench_half_failing(&mut group, "resilience, last 10 s", |n| TIME.call(bare(n)));
    bench_half_failing(&mut group, "failsafe, consecutive", |n| fail.call(harness::bare(n)));
    bench_half_failing(&mut group, "recloser, last 100 calls", |n| ring.call(harness::bare(n)));
    bench_half_failing(&mut group, "seatbelt, 30 s", |n| seatbelt.execute(n));
    group.finish();
}

pub(crate) fn open_refusal(criterion: &mut Criterion) {
    static OURS: CircuitBreaker = ours("open", consecutive(1).open_for(HOUR));
    fail_once(|input| OURS.call(bare(input)));
    let fail = failsafe_consecutive(1);
    fail_once(|input| fail.call(harness::bare(input)));
    let ring = Recloser::custom().closed_len(1).error_rate(0.1).open_wait(HOUR).build();
    let ring = AsyncRecloser::from(ring);
    for _ in 0..3 {
        fail_once(|input| ring.call(harness::bare(input)));
    }

    let mut group = criterion.benchmark_group("breaker, open rejection");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", |input| OURS.call(bare(input)));
    bench(&mut group, "failsafe", |input| fail.call(harness::bare(input)));
    bench(&mut group, "recloser", |input| ring.call(harness::bare(input)));
    group.finish();
}

#[resilience::circuit_breaker]
async fn by_attribute(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

const fn ours(name: &'static str, config: CircuitBreakerConfig) -> CircuitBreaker {
    CircuitBreaker::new(name, config)
}

const fn config() -> CircuitBreakerConfig {
    CircuitBreakerConfig::new()
}

const fn consecutive(failures: u32) -> CircuitBreakerConfig {
    config().consecutive_failures(failures)
}

fn failsafe_consecutive(failures: u32) -> StateMachine<ConsecutiveFailures<Constant>, ()> {
    Config::new().failure_policy(consecutive_failures(failures, constant(HOUR))).build()
}

fn failsafe_rate() -> StateMachine<SuccessRateOverTimeWindow<Constant>, ()> {
    let window = Duration::from_secs(30);
    let policy = success_rate_over_time_window(0.5, 5, window, constant(HOUR));
    Config::new().failure_policy(policy).build()
}

fn recloser() -> AsyncRecloser {
    AsyncRecloser::from(Recloser::custom().closed_len(100).error_rate(0.9).build())
}

fn seatbelt() -> impl Service<u64, Out = Result<u64, Down>> {
    let context = ResilienceContext::new(tick::Clock::new_tokio().with_fast_instant(true));
    let breaker = Breaker::layer("breaker", &context)
        .failure_threshold(0.9)
        .recovery_with(|result: &Result<u64, Down>, _| match result {
            Ok(_) => RecoveryInfo::never(),
            Err(_) => RecoveryInfo::retry(),
        })
        .rejected_input_error(|_, _| Down);
    (breaker, Execute::new(harness::bare)).into_service()
}

fn tower() -> impl tower::Service<u64> {
    let layer = CircuitBreakerLayer::builder().sliding_window_size(100).build();
    let service = tower::service_fn(harness::bare);
    tower::Layer::layer(&layer.expect("a valid configuration"), service)
}
