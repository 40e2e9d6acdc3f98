//! What calls notice of being looked at: 100,000 keys and 10,000 policies, of which `/metrics` and `/resilience` are read
//! every 100 ms, beside guarded calls in the same runtime; how long one poll of an answer takes; and 10,000 probes of
//! `/health` while a check hangs.
//!
//! `cargo run --release -p resilience-benches --features observability --bin scraping`

mod calls;
mod http;
mod polls;
mod probes;

use std::fs::read_to_string;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use resilience::{CircuitBreaker, CircuitBreakerConfig, Keyed, circuit_breaker, registry};

const KEYS: u32 = 100_000;
const POLICIES: u32 = 10_000;
const EVERY: Duration = Duration::from_millis(100);
/// Others use the machine, too: both are measured in turns.
const TURNS: u32 = 4;
const TURN: Duration = Duration::from_secs(2);

#[circuit_breaker(max_keys = 100_000)]
static TENANTS: Keyed<CircuitBreaker>;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("threads can be started");
    if let Some(address) = std::env::args().nth(1) {
        return runtime.block_on(probes::measure(address.parse().expect("an address")));
    }
    println!("load average at the start: {}\n", load());
    let address = runtime.block_on(async { http::serve() });
    probe(address);
    println!();
    fill();
    runtime.block_on(scrape(address));
    println!();
    runtime.block_on(polls::measure());
    println!("\nload average at the end: {}", load());
}

/// Probes from another process: one alone may not have so many connections open at both ends.
fn probe(address: SocketAddr) {
    let this = std::env::current_exe().expect("it runs");
    let status = Command::new(this).arg(address.to_string()).status();
    assert!(status.is_ok_and(|status| status.success()), "the probes failed");
}

/// Each of so many keys and policies has counted something.
fn fill() {
    for key in 0..KEYS {
        TENANTS.get(&key).try_acquire().expect("it is closed").success();
    }
    for number in 0..POLICIES {
        let name = format!("tenant-{number}::payments").leak();
        let breaker = registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new()));
        breaker.try_acquire().expect("it is closed").success();
    }
}

async fn scrape(address: SocketAddr) {
    let (mut bare, mut scraped, mut reads) =
        (calls::Times::default(), calls::Times::default(), Vec::new());
    for _ in 0..TURNS {
        bare.add(TURN).await;
        let end = AtomicBool::new(false);
        let read = async {
            scraped.add(TURN).await;
            end.store(true, Relaxed);
        };
        let ((), metrics, snapshots) = tokio::join!(
            read,
            reads_of(address, "/metrics", &end),
            reads_of(address, "/resilience", &end)
        );
        reads.extend(metrics);
        reads.extend(snapshots);
    }
    reads.sort_unstable();
    println!("| calls | while | p50, µs | p99, µs | p99.9, µs |");
    println!("|---|---|--:|--:|--:|");
    let both = [("unread", bare.shown()), ("both are scraped every 100 ms", scraped.shown())];
    for (row, what) in ["that are ready", "that wait 1 ms"].into_iter().enumerate() {
        for (meanwhile, rows) in &both {
            println!("| {what} | {meanwhile} | {} |", rows[row]);
        }
    }
    let (median, slowest) = (reads[reads.len() / 2], reads[reads.len() - 1]);
    println!(
        "\n{} reads of either, {median:.0?} in the median, {slowest:.0?} at most",
        reads.len()
    );
}

/// Reads a route again and again, until the end.
async fn reads_of(address: SocketAddr, path: &str, end: &AtomicBool) -> Vec<Duration> {
    let mut times = Vec::new();
    while !end.load(Relaxed) {
        let started = Instant::now();
        let bytes = http::get(address, path).await;
        assert!(bytes > 1_000_000, "{path}: {bytes} bytes");
        times.push(started.elapsed());
        tokio::time::sleep(EVERY.saturating_sub(started.elapsed())).await;
    }
    times
}

/// What the system says of the last minute, five and fifteen.
fn load() -> String {
    let text = read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
