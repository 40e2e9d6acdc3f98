//! A circuit breaker's call by the size of its window.

use std::time::Duration;

use failsafe::Config;
use failsafe::backoff::constant;
use failsafe::failure_policy::success_rate_over_time_window;
use failsafe::futures::CircuitBreaker as _;
use layered::{Execute, Service, Stack};
use recloser::{AsyncRecloser, Recloser};
use resilience::{CircuitBreaker, CircuitBreakerConfig, Window};
use resilience_benches::bare;
use seatbelt::breaker::Breaker;
use seatbelt::{RecoveryInfo, ResilienceContext};

use super::{Curve, NANOS, Words};
use crate::harness::{self, Criterion, Down, bench, bench_half_failing};

const CALLS: [u32; 5] = [10, 100, 1_000, 10_000, 100_000];
const SECONDS: [u32; 4] = [1, 10, 60, 600];
const HOUR: Duration = Duration::from_secs(3_600);

pub(super) fn by_calls(criterion: &mut Criterion) -> Curve {
    for calls in CALLS {
        last_calls(criterion, calls);
    }
    let words = Words {
        file: "window-calls.svg",
        title: "A circuit breaker's call by the number of calls in its window",
        about: "Calls that succeed, and every other call failing (the circuit stays closed).",
        x: "calls in the window",
        y: NANOS,
    };
    Curve::new(words, &CALLS, &criterion.take())
}

fn last_calls(criterion: &mut Criterion, calls: u32) {
    let config = CircuitBreakerConfig::new().window(Window::Calls(calls));
    let config = config.failure_rate(1.0).min_calls(calls);
    let ours = [(); 2].map(|()| CircuitBreaker::new("last calls", config.clone()));
    let ring = || Recloser::custom().closed_len(calls as usize).error_rate(0.9).build();
    let rings = [(); 2].map(|()| AsyncRecloser::from(ring()));

    let mut group = criterion.benchmark_group(format!("last {calls} calls"));
    bench(&mut group, "resilience, success", |n| ours[0].call(bare(n)));
    bench_half_failing(&mut group, "resilience, half fail", |n| ours[1].call(bare(n)));
    bench(&mut group, "recloser, success", |n| rings[0].call(harness::bare(n)));
    bench_half_failing(&mut group, "recloser, half fail", |n| rings[1].call(harness::bare(n)));
    group.finish();
}

pub(super) fn by_time(criterion: &mut Criterion) -> Curve {
    for seconds in SECONDS {
        last_seconds(criterion, seconds);
    }
    let words = Words {
        file: "window-time.svg",
        title: "A circuit breaker's call by the length of its time window",
        about: "Calls that succeed, and every other call failing. failsafe would open at half of the calls failing: its \
                successes alone are drawn.",
        x: "seconds in the window",
        y: NANOS,
    };
    Curve::new(words, &SECONDS, &criterion.take())
}

fn last_seconds(criterion: &mut Criterion, seconds: u32) {
    let length = Duration::from_secs(seconds.into());
    let config = CircuitBreakerConfig::new().window(Window::Time(length)).failure_rate(1.0);
    let ours = [(); 2].map(|()| CircuitBreaker::new("last seconds", config.clone()));
    let rate = success_rate_over_time_window(0.5, 5, length, constant(HOUR));
    let failsafe = Config::new().failure_policy(rate).build();
    let seatbelts = [(); 2].map(|()| seatbelt(length));

    let mut group = criterion.benchmark_group(format!("last {seconds} s"));
    bench(&mut group, "resilience, success", |n| ours[0].call(bare(n)));
    bench_half_failing(&mut group, "resilience, half fail", |n| ours[1].call(bare(n)));
    bench(&mut group, "failsafe, success", |n| failsafe.call(harness::bare(n)));
    bench(&mut group, "seatbelt, success", |n| seatbelts[0].execute(n));
    bench_half_failing(&mut group, "seatbelt, half fail", |n| seatbelts[1].execute(n));
    group.finish();
}

fn seatbelt(length: Duration) -> impl Service<u64, Out = Result<u64, Down>> {
    let context = ResilienceContext::new(tick::Clock::new_tokio().with_fast_instant(true));
    let breaker = Breaker::layer("breaker", &context)
        .failure_threshold(0.9)
        .sampling_duration(length)
        .recovery_with(|result: &Result<u64, Down>, _| match result {
            Ok(_) => RecoveryInfo::never(),
            Err(_) => RecoveryInfo::retry(),
        })
        .rejected_input_error(|_, _| Down);
    (breaker, Execute::new(harness::bare)).into_service()
}
