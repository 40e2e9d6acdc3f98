//! New keys that come to a full map of rate limiters, so that others have to be evicted: what one costs when every limit
//! is unused and when every limit is used up, and what known keys notice of it.
//!
//! `cargo run --release --package resilience-benches --bin new_keys`

use std::fs;
use std::hint::black_box;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use resilience::{Keyed, RateLimitConfig, RateLimiter};

const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// At most so many new keys are timed, for at most so long.
const NEW_KEYS: u32 = 1_000_000;
const PATIENCE: Duration = Duration::from_millis(500);
/// New keys per second that a stranger brings along.
const STRANGER: u32 = 3_000;
/// How often known keys are timed beside each.
const ROUNDS: usize = 7;

type Limits = Keyed<RateLimiter>;

fn main() {
    println!("| keys | limits | CPU ns per new key | first new key, µs | slowest new key, µs |");
    println!("|--:|---|--:|--:|--:|");
    for keys in SIZES {
        report(keys, "unused", &full(keys, false), false);
        report(keys, "used up", &full(keys, true), true);
        for (what, used_up) in
            [("unused, asked for again", false), ("used up, asked for again", true)]
        {
            let limits = full(keys, used_up);
            (0..keys).for_each(|key| drop(limits.get(&key)));
            report(keys, what, &limits, used_up);
        }
    }
    println!();
    println!(
        "| keys, all used up | known | beside | CPU ns per call | p99, µs | p99.9, µs | evicted |"
    );
    println!("|--:|---|---|--:|--:|--:|--:|");
    for keys in [1_000, 10_000, 100_000] {
        known(keys, "nine tenths", keys / 10 * 9);
        known(keys, "all", keys);
    }
}

/// What another thread does meanwhile.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Nothing,
    /// As many calls as with new keys, for the sake of comparison: a second thread that wakes is not for nothing either.
    KnownKeys,
    NewKeys,
}

impl Beside {
    const ALL: [Self; 3] = [Self::Nothing, Self::KnownKeys, Self::NewKeys];

    fn text(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::KnownKeys => "3,000 more calls a second",
            Self::NewKeys => "3,000 new keys a second",
        }
    }
}

/// As many keys as there may be, each with its limit used up or not.
fn full(keys: u32, used_up: bool) -> Limits {
    let limits = Limits::new("new keys", RateLimitConfig::new().rate("1/h")).max_keys(keys);
    (0..keys).for_each(|key| ask(&limits, key, used_up));
    limits
}

fn ask(limits: &Limits, key: u32, used_up: bool) {
    let limiter = limits.get(&key);
    if used_up {
        let _ = black_box(limiter.try_acquire());
    }
}

fn report(keys: u32, what: &str, limits: &Limits, used_up: bool) {
    let (started, worked) = (Instant::now(), cpu_time());
    let (mut slowest, mut first, mut before, mut new) = (Duration::ZERO, None, started, 0);
    while new < NEW_KEYS && before - started < PATIENCE {
        ask(limits, keys + new, used_up);
        let now = Instant::now();
        slowest = slowest.max(now - before);
        first.get_or_insert(now - before);
        (before, new) = (now, new + 1);
    }
    let each = (cpu_time() - worked) / u64::from(new);
    let first = first.unwrap_or_default().as_micros();
    println!("| {keys} | {what} | {each} | {first} | {} |", slowest.as_micros());
}

/// Nanoseconds that this thread was on a processor, as Linux counts them: other programs are not measured.
fn cpu_time() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default()
}

/// One thread asks for known keys of a full map, all of them used up, while another may bring new ones: in turns, since a
/// machine is not as fast at all times. The round in the middle is shown.
fn known(keys: u32, share: &str, known: u32) {
    let mut rounds = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for (beside, rounds) in Beside::ALL.into_iter().zip(&mut rounds) {
            rounds.push(round(keys, known, beside));
        }
    }
    for (beside, mut rounds) in Beside::ALL.into_iter().zip(rounds) {
        rounds.sort_unstable();
        let (cpu, [p99, p999], evicted) = rounds[ROUNDS / 2];
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let (beside, p99, p999) = (beside.text(), micros(p99), micros(p999));
        println!("| {keys} | {share} | {beside} | {cpu} | {p99:.2} | {p999:.2} | {evicted} |");
    }
}

/// CPU nanoseconds per call, what a hundredth and a thousandth of the calls take at least, and how many keys were evicted.
fn round(keys: u32, known: u32, beside: Beside) -> (u64, [Duration; 2], u64) {
    let limits = full(keys, true);
    let end = AtomicBool::new(false);
    thread::scope(|scope| {
        let asked = if beside == Beside::NewKeys { keys..u32::MAX } else { 0..known };
        if beside != Beside::Nothing {
            scope.spawn(|| bring(&limits, asked, &end));
        }
        let worked = cpu_time();
        let times = times(&limits, known, Duration::from_secs(1));
        let cpu = (cpu_time() - worked) / times.len() as u64;
        end.store(true, Relaxed);
        let at = |per_mille: usize| times[times.len() * per_mille / 1_000];
        (cpu, [at(990), at(999)], limits.totals().evicted)
    })
}

/// Asks for one after the other, `STRANGER` a second.
fn bring(limits: &Limits, keys: Range<u32>, end: &AtomicBool) {
    let started = Instant::now();
    for (new, key) in (0..).zip(keys.cycle()) {
        if end.load(Relaxed) {
            break;
        }
        ask(limits, key, true);
        let next = started + Duration::from_secs(1) * (new + 1) / STRANGER;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// How long calls took, the fastest first.
fn times(limits: &Limits, keys: u32, time: Duration) -> Vec<Duration> {
    let started = Instant::now();
    let (mut times, mut before, mut random) = (Vec::new(), started, 0_u32);
    while before - started < time {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ask(limits, (random >> 8) % keys, true);
        let now = Instant::now();
        times.push(now - before);
        before = now;
    }
    times.sort_unstable();
    times
}
