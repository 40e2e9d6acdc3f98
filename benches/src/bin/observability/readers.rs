//! Calls while others listen: such as emit no event, and such as do.

use std::io::Read;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{scope, sleep, spawn};
use std::time::{Duration, Instant};

use resilience::{CircuitBreaker, CircuitBreakerConfig, registry};

use crate::{http, process};

const READERS: usize = 200;
const EVENTS_PER_SECOND: u32 = 50_000;
/// Emitted together, so that the pace can be kept by sleeping.
const FLURRY: u32 = 100;
const BATCH: u32 = 10_000;
/// Others use the machine, too: both are measured in turns.
const TURNS: u32 = 4;
const TURN: Duration = Duration::from_secs(2);
/// Connections are made and ended meanwhile.
const PAUSE: Duration = Duration::from_millis(500);

static RECEIVED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn measure(address: SocketAddr) {
    let calls = Calls::new();
    let mut without = Times::default();
    without.add(&calls, TURN * TURNS);
    let (mut idle, mut read) = (Times::default(), Times::default());
    let mut memory = vec![process::resident()];
    for _ in 0..TURNS {
        let readers: Vec<_> = (0..READERS).map(|_| reader(address)).collect();
        sleep(PAUSE);
        read.add(&calls, TURN);
        memory.push(process::resident());
        for reader in readers {
            reader.shutdown(Shutdown::Both).expect("it is open");
        }
        sleep(PAUSE);
        idle.add(&calls, TURN);
    }
    for (who, times) in
        [("no subscriber", without), ("no reader left", idle), ("200 readers", read)]
    {
        println!("{EVENTS_PER_SECOND} events/s, {who:14}  {}", times.shown());
    }
    let rate = RECEIVED.load(Relaxed) as f64 / (TURN * TURNS).as_secs_f64() / 1e6;
    println!("they got {rate:.1} MB/s; resident memory before, and after each turn: {memory:?} kB");
}

/// A reader as fast as the events come.
fn reader(address: SocketAddr) -> TcpStream {
    let stream = http::ask(address, "/resilience/events");
    let mut reading = stream.try_clone().expect("there are handles left");
    spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(bytes @ 1..) = reading.read(&mut buffer) {
            RECEIVED.fetch_add(bytes as u64, Relaxed);
        }
    });
    stream
}

struct Calls {
    healthy: &'static CircuitBreaker,
    open: &'static CircuitBreaker,
}

impl Calls {
    fn new() -> Self {
        let [healthy, open] = ["healthy", "open"]
            .map(|name| registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new())));
        open.force_open();
        Self { healthy, open }
    }

    /// How long each batch of healthy calls takes.
    fn healthy(&self, lasting: Duration) -> Vec<Duration> {
        let (start, mut batches) = (Instant::now(), Vec::new());
        while start.elapsed() < lasting {
            let start = Instant::now();
            for _ in 0..BATCH {
                self.healthy.try_acquire().expect("it is closed").success();
            }
            batches.push(start.elapsed());
        }
        batches
    }

    /// Rejections are events: how long each flurry of them takes.
    fn rejected(&self, stop: &AtomicBool) -> Vec<Duration> {
        let (start, mut flurries) = (Instant::now(), Vec::new());
        while !stop.load(Relaxed) {
            let begun = Instant::now();
            for _ in 0..FLURRY {
                assert!(self.open.try_acquire().is_err());
            }
            flurries.push(begun.elapsed());
            let emitted = u32::try_from(flurries.len()).expect("few") * FLURRY;
            let due = start + Duration::from_secs(1) * emitted / EVENTS_PER_SECOND;
            sleep(due.saturating_duration_since(Instant::now()));
        }
        flurries
    }
}

#[derive(Default)]
struct Times {
    batches: Vec<Duration>,
    flurries: Vec<Duration>,
}

impl Times {
    fn add(&mut self, calls: &Calls, lasting: Duration) {
        let stop = AtomicBool::new(false);
        scope(|threads| {
            let emitter = threads.spawn(|| calls.rejected(&stop));
            self.batches.extend(calls.healthy(lasting));
            stop.store(true, Relaxed);
            self.flurries.extend(emitter.join().expect("it doesn't panic"));
        });
    }

    /// In the median batch, which was not preempted, and in the best one.
    fn shown(mut self) -> String {
        let [healthy, rejected] =
            [(&mut self.batches, BATCH), (&mut self.flurries, FLURRY)].map(|(times, of)| {
                times.sort();
                let nanos = |time: Duration| time.as_nanos() as f64 / f64::from(of);
                let (median, best) = (nanos(times[times.len() / 2]), nanos(times[0]));
                format!("{median:5.1} ns in the median, {best:5.1} at best")
            });
        format!("a healthy call {healthy}; a rejection {rejected}")
    }
}
