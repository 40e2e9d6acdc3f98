//! Overrides of many policies: what it costs to check them, to put them in force, and to look at a file that stays as it
//! is.
//!
//! `cargo run --release --package resilience-benches --features overrides --bin overrides`

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use resilience::overrides::{self, Problems};
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, RateLimitConfig, RateLimiter,
    Retry, RetryConfig, registry,
};

/// Of each of four kinds.
const POLICIES: usize = 250;
const ROUNDS: u32 = 21;

fn main() -> Result<(), Problems> {
    for number in 0..POLICIES {
        insert(format!("policy {number}").leak());
    }
    let path = env::temp_dir().join(format!("overrides-{}.toml", std::process::id()));
    println!("| 1,000 policies, 2,000 options | least, ms | median, ms |");
    println!("|---|--:|--:|");
    let (mut checks, mut applications, mut unchanged) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        write(&path, 1 + round % 2);
        let start = Instant::now();
        let plan = overrides::file(&path).check()?;
        checks.push(start.elapsed());
        assert!(!plan.is_empty());
        let start = Instant::now();
        plan.apply()?;
        applications.push(start.elapsed());
        let start = Instant::now();
        overrides::file(&path).reload()?;
        unchanged.push(start.elapsed());
    }
    report("read and check", checks);
    report("apply", applications);
    report("reload, nothing changed", unchanged);
    report("look at a file that stays as it is", looks(&path));
    fs::remove_file(path).ok();
    Ok(())
}

fn insert(name: &'static str) {
    registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new()));
    registry().insert(Retry::new(name, RetryConfig::new()));
    registry().insert(Bulkhead::new(name, BulkheadConfig::new()));
    registry().insert(RateLimiter::new(name, RateLimitConfig::new().rate("100/s")));
}

/// Two options of each policy, of which one differs from round to round.
fn write(path: &Path, count: u32) {
    let mut text = String::new();
    for number in 0..POLICIES {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "[circuit_breaker.\"policy {number}\"]\nmin_calls = {count}\nopen_for = \"5s\"\n\
             [retry.\"policy {number}\"]\nattempts = {count}\ndelay = \"50ms\"\n\
             [bulkhead.\"policy {number}\"]\nmax_concurrent = {count}\nmax_wait = \"1s\"\n\
             [rate_limit.\"policy {number}\"]\nburst = {count}\nrate = \"50/s\"\n",
        );
    }
    fs::write(path, text).expect("a temporary file");
}

/// What a watcher does each period: it reads the file and compares.
fn looks(path: &Path) -> Vec<Duration> {
    let before = fs::read_to_string(path).expect("was written");
    let look = |_| {
        let start = Instant::now();
        assert!(fs::read_to_string(path).is_ok_and(|text| text == before));
        start.elapsed()
    };
    (0..ROUNDS).map(look).collect()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!("| {what} | {:.2} | {:.2} |", ms(times[0]), ms(times[times.len() / 2]));
}
