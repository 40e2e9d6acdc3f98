//! What observability costs: a registry of 10,000 policies read over a socket, and calls while 200 readers listen to
//! 50,000 events a second.
//!
//! `cargo run --release -p resilience-benches --features observability --bin observability`

mod http;
mod process;
mod readers;

use std::time::{Duration, Instant};

use resilience::{CircuitBreaker, CircuitBreakerConfig, registry};

const POLICIES: usize = 10_000;
const READS: usize = 50;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("threads can be started");
    let address = runtime.block_on(http::serve());
    readers::measure(address);
    fill();
    for path in ["/resilience", "/metrics", "/health"] {
        let busy = process::busy();
        let mut times: Vec<(Duration, usize)> = (0..READS).map(|_| timed(address, path)).collect();
        let busy = millis(process::busy().saturating_sub(busy)) / READS as f64;
        times.sort();
        let ((best, bytes), (median, _)) = (times[0], times[READS / 2]);
        let (best, median, megabytes) = (millis(best), millis(median), bytes as f64 / 1e6);
        println!(
            "{POLICIES} policies  GET {path:12} {megabytes:5.1} MB in {best:5.1} ms at best, {median:5.1} ms in the \
             median; server and client compute for {busy:.1} ms"
        );
    }
}

fn timed(address: std::net::SocketAddr, path: &str) -> (Duration, usize) {
    let start = Instant::now();
    let bytes = http::get(address, path);
    (start.elapsed(), bytes)
}

fn fill() {
    for number in 0..POLICIES {
        let name = format!("tenant-{number}::payments").leak();
        let breaker = registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new()));
        for _ in 0..5 {
            breaker.try_acquire().expect("it is closed").success();
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
