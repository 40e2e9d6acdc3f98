//! A rate limit per key: 100,000 known keys in random order.
//!
//! The keys are asked for in an order that no cache can foresee; `bare` reads the keys in that order and no more.

use std::hash::Hash;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use std::time::Instant;

use criterion::Criterion;
use governor::DefaultKeyedRateLimiter;
use resilience::{Key, Keyed, RateLimitConfig, RateLimiter};

use crate::harness::Group;
use crate::rate_limit::{NEVER_REACHED, never_reached};

const KEYS: u32 = 100_000;

type Limiters = Keyed<RateLimiter>;

pub(crate) fn known_keys(criterion: &mut Criterion) {
    static NUMBERS: Limiters = ours("numbers");
    static TEXTS: Limiters = ours("texts");
    let numbers = shuffled(u64::from);
    let texts = shuffled(|tenant| format!("tenant-{tenant}"));

    let mut group = criterion.benchmark_group("keyed rate limit, 100,000 integers");
    bench_each(&mut group, &NUMBERS, &numbers);
    group.finish();
    let mut group = criterion.benchmark_group("keyed rate limit, 100,000 texts");
    bench_each(&mut group, &TEXTS, &texts);
    group.finish();
}

fn bench_each<K: Key + Clone + Hash + Send + Sync + 'static>(
    group: &mut Group,
    ours: &Limiters,
    keys: &[K],
) {
    let governor = DefaultKeyedRateLimiter::keyed(never_reached());
    for key in keys {
        check(ours, key);
        check_governor(&governor, key);
    }
    for threads in [1, 2] {
        bench(group, "bare", threads, keys, |key| *key == keys[0]);
        bench(group, "resilience", threads, keys, |key| check(ours, key));
        bench(group, "governor", threads, keys, |key| check_governor(&governor, key));
    }
}

fn check<K: Key>(limiters: &Limiters, key: &K) -> bool {
    limiters.get(key).try_acquire().is_ok()
}

fn check_governor<K: Clone + Hash + Eq>(limiters: &DefaultKeyedRateLimiter<K>, key: &K) -> bool {
    limiters.check_key(key).is_ok()
}

/// The time per call, when so many threads call at once.
fn bench<K: Sync>(
    group: &mut Group,
    name: &str,
    threads: usize,
    keys: &[K],
    check: impl Fn(&K) -> bool + Sync,
) {
    let at = AtomicUsize::new(0);
    group.bench_function(format!("{name}, threads: {threads}"), |bencher| {
        bencher.iter_custom(|calls| {
            let first = at.fetch_add(7919, Relaxed);
            let timed = |thread| timed(calls, first + thread * keys.len() / 2, keys, &check);
            thread::scope(|scope| {
                let others: Vec<_> =
                    (1..threads).map(|thread| scope.spawn(move || timed(thread))).collect();
                let mine = timed(0);
                let theirs = others.into_iter().map(|other| other.join().expect("no panic"));
                theirs.fold(mine, Duration::max)
            })
        });
    });
}

fn timed<K>(calls: u64, first: usize, keys: &[K], check: impl Fn(&K) -> bool) -> Duration {
    let mut order = keys.iter().cycle().skip(first % keys.len());
    let started = Instant::now();
    for _ in 0..calls {
        black_box(order.next().is_some_and(|key| check(black_box(key))));
    }
    started.elapsed()
}

const fn ours(name: &'static str) -> Limiters {
    Limiters::new(name, RateLimitConfig::new().rate(NEVER_REACHED)).max_keys(KEYS)
}

/// Every key once, in an order that is the same in each run.
fn shuffled<K>(key: impl Fn(u32) -> K) -> Vec<K> {
    const COPRIME: u64 = 2_654_435_761;
    let mut numbers: Vec<u32> = (0..KEYS).collect();
    let mut random = COPRIME;
    for left in (1..numbers.len()).rev() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        numbers.swap(left, (random >> 33) as usize % (left + 1));
    }
    numbers.into_iter().map(key).collect()
}
