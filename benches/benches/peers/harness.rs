//! How a call is timed, by criterion.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use criterion::BenchmarkGroup;
pub(crate) use criterion::Criterion;
use criterion::measurement::WallTime;
use resilience_benches::{FAILING, ready};

pub(crate) use crate::guarded::{Down, bare, through};

pub(crate) type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// Times one call after the other, all with an argument that succeeds.
pub(crate) fn bench<F: Future>(group: &mut Group, name: &str, mut make: impl FnMut(u64) -> F) {
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            black_box(&ready(pin!(make(black_box(1))), &mut Context::from_waker(Waker::noop())));
        });
    });
}

/// As [`bench`], with every other call failing.
pub(crate) fn bench_half_failing<F: Future>(
    group: &mut Group,
    name: &str,
    mut make: impl FnMut(u64) -> F,
) {
    let mut input = 1;
    bench(group, name, |_| {
        input ^= FAILING ^ 1;
        make(input)
    });
}

/// As [`bench`], with two threads calling at once: the time per call of each.
pub(crate) fn bench_on_two_threads<F: Future>(
    group: &mut Group,
    name: &str,
    make: impl Fn(u64) -> F + Sync,
) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|calls| {
            let calls = || timed(calls, &make);
            thread::scope(|scope| {
                let other = scope.spawn(calls);
                calls().max(other.join().expect("a measured call does not panic"))
            })
        });
    });
}

fn timed<F: Future>(calls: u64, make: impl Fn(u64) -> F) -> Duration {
    let started = Instant::now();
    resilience_benches::repeat(calls, make);
    started.elapsed()
}
