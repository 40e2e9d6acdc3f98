//! Calls while others listen.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use resilience::{CircuitBreaker, CircuitBreakerConfig, registry};

use crate::{http, process};

const READERS: usize = 200;
const EVENTS_PER_SECOND: u32 = 50_000;
/// Emitted together, so that the pace can be kept by sleeping.
const FLURRY: u32 = 100;
const BATCH: u32 = 10_000;
const LASTING: Duration = Duration::from_secs(4);

pub(crate) fn measure(address: SocketAddr) {
    let stop = Arc::new(AtomicBool::new(false));
    let emitter = spawn({
        let stop = Arc::clone(&stop);
        move || emit(&stop)
    });
    println!("{EVENTS_PER_SECOND} events/s, no reader    {}", shown(calls()));
    let received = Arc::new(AtomicU64::new(0));
    for _ in 0..READERS {
        let (mut stream, received) =
            (http::ask(address, "/resilience/events"), Arc::clone(&received));
        spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(bytes @ 1..) = stream.read(&mut buffer) {
                received.fetch_add(bytes as u64, Relaxed);
            }
        });
    }
    sleep(Duration::from_secs(1));
    let before = received.load(Relaxed);
    let memory = process::resident();
    println!("{EVENTS_PER_SECOND} events/s, {READERS} readers  {}", shown(calls()));
    let rate = (received.load(Relaxed) - before) as f64 / LASTING.as_secs_f64() / 1e6;
    println!(
        "they got {rate:.1} MB/s; resident memory {memory} kB, {} kB after {LASTING:?}",
        process::resident()
    );
    stop.store(true, Relaxed);
    emitter.join().expect("it doesn't panic");
}

/// Refusals are events: each takes this long in the median flurry.
fn emit(stop: &AtomicBool) {
    let breaker = registry().insert(CircuitBreaker::new("open", CircuitBreakerConfig::new()));
    breaker.force_open();
    let (start, mut flurries) = (Instant::now(), 0);
    while !stop.load(Relaxed) {
        for _ in 0..FLURRY {
            assert!(breaker.try_acquire().is_err());
        }
        flurries += 1;
        let due = start + Duration::from_secs(1) * (flurries * FLURRY) / EVENTS_PER_SECOND;
        sleep(due.saturating_duration_since(Instant::now()));
    }
}

/// What a healthy call takes: the median batch, which nobody preempted, and the mean, in which everybody did.
fn calls() -> (f64, f64) {
    let breaker = registry().insert(CircuitBreaker::new("healthy", CircuitBreakerConfig::new()));
    let (start, mut batches) = (Instant::now(), Vec::new());
    while start.elapsed() < LASTING {
        let start = Instant::now();
        for _ in 0..BATCH {
            breaker.try_acquire().expect("it is closed").success();
        }
        batches.push(start.elapsed());
    }
    batches.sort();
    let nanos = |time: Duration| time.as_nanos() as f64 / f64::from(BATCH);
    let mean = batches.iter().sum::<Duration>() / u32::try_from(batches.len()).expect("few");
    (nanos(batches[batches.len() / 2]), nanos(mean))
}

fn shown((median, mean): (f64, f64)) -> String {
    format!("{median:5.1} ns a call in the median batch, {mean:5.1} ns in the mean")
}
