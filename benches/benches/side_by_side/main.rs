//! Known keys, in turns: a look-up's time is mostly the memory's, which has its moods, so that two figures taken a minute
//! apart say little about each other. Here each round asks both maps one after the other; several pairs of maps lie
//! differently in memory.
//!
//! `cargo bench --package resilience-benches --bench side_by_side`

use std::hash::Hash;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::thread;
use std::time::Instant;

use governor::{DefaultKeyedRateLimiter, Quota};
use resilience::keyed::Key;
use resilience::{Keyed, RateLimitConfig, RateLimiter};
use resilience_benches::shuffled;

/// As many as fit the processor's own cache, and as many as don't.
const KEYS: [u32; 2] = [1_000, 100_000];
const PAIRS: usize = 8;
const ROUNDS: usize = 8;
const LOOKS: usize = 300_000;

/// What both maps take as a key.
trait Tenant: Key + Hash + Eq + Clone + Send + Sync + 'static {}

impl<K: Key + Hash + Eq + Clone + Send + Sync + 'static> Tenant for K {}

fn main() {
    println!("nanoseconds per check of a known key: medians over {PAIRS} pairs of maps");
    for keys in KEYS {
        compare("integers", keys, u64::from);
        compare("texts", keys, |tenant| format!("tenant-{tenant}"));
    }
}

fn compare<K: Tenant>(what: &str, keys: u32, key: impl Fn(u32) -> K) {
    for threads in [1, 2] {
        let pairs: Vec<_> = (0..PAIRS).map(|_| pair(keys, &key, threads)).collect();
        let ours = median(pairs.iter().map(|pair| pair.0));
        let governors = median(pairs.iter().map(|pair| pair.1));
        let ratios = sorted(pairs.iter().map(|pair| pair.0 / pair.1));
        println!(
            "{keys} {what}, threads: {threads}   resilience {ours:.1}   governor {governors:.1}   \
             ratio {:.2} ({:.2} to {:.2})",
            ratios[PAIRS / 2],
            ratios[0],
            ratios[PAIRS - 1],
        );
    }
}

/// The medians of one pair of maps: ours, governor's. Keys come in one order and are looked up in another: what came in
/// turn may lie in turn, too, and would be found by the processor itself.
fn pair<K: Tenant>(number: u32, key: impl Fn(u32) -> K, threads: usize) -> (f64, f64) {
    let rate = RateLimitConfig::new().rate("1000000000/s");
    let ours = Keyed::<RateLimiter>::new("side by side", rate).max_keys(number);
    let quota = Quota::per_second(NonZeroU32::new(1_000_000_000).expect("it isn't zero"));
    let governors = DefaultKeyedRateLimiter::<K>::keyed(quota);
    let check = |key: &K| ours.get(key).try_acquire().is_ok();
    let check_governors = |key: &K| governors.check_key(key).is_ok();
    let mut come = (0..number).map(&key);
    assert!(come.all(|key| check(&key) && check_governors(&key)), "nothing is rejected");
    let keys = &*shuffled(number, key);
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|round| {
            (timed(round, threads, keys, check), timed(round, threads, keys, check_governors))
        })
        .collect();
    (median(rounds.iter().map(|round| round.0)), median(rounds.iter().map(|round| round.1)))
}

/// The time per call when so many threads call at once: the slowest one's.
fn timed<K: Sync>(
    round: usize,
    threads: usize,
    keys: &[K],
    check: impl Fn(&K) -> bool + Sync,
) -> f64 {
    let check = &check;
    let run = move |thread: usize| {
        let first = round * 7_919 + thread * keys.len() / 2;
        let order = keys.iter().cycle().skip(first % keys.len()).take(LOOKS);
        let started = Instant::now();
        order.for_each(|key| assert!(check(black_box(key))));
        started.elapsed().as_nanos() as f64 / LOOKS as f64
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        let mine = run(0);
        others.into_iter().map(|other| other.join().expect("no panic")).fold(mine, f64::max)
    })
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let times = sorted(times);
    times[times.len() / 2]
}

fn sorted(times: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut times: Vec<_> = times.collect();
    times.sort_by(f64::total_cmp);
    times
}
