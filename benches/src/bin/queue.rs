//! The queue of a bulkhead under overload, in order of arrival and adaptive, as a Markdown table: the library's own, in
//! tokio's paused time. 20 slots, exponential service of 10 ms, Poisson arrivals, callers that give up after 300 ms.
//!
//! `cargo run --release --package resilience-benches --features queue --bin queue`

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use fastrand::Rng;
use resilience::call::BulkheadPermit;
use resilience::{Bulkhead, BulkheadConfig, QueueOrder, Rejection};
use tokio::time::advance;

const SLOTS: u32 = 20;
/// In seconds.
const SERVICE: f64 = 0.010;
const PATIENCE: Duration = Duration::from_millis(300);
const MAX_WAIT: Duration = Duration::from_secs(1);
/// Of the capacity.
const LOADS: [f64; 4] = [0.9, 1.2, 1.5, 3.0];
const LENGTH: Duration = Duration::from_secs(60);
const SEEDS: u64 = 5;

fn main() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime can be built");
    println!(
        "Seeds 1 to {SEEDS}, {} s each; waits are those of the calls that began.\n",
        LENGTH.as_secs()
    );
    println!(
        "| load | order | median wait, ms | p99, ms | rejected | left the queue | started and cut off, of capacity | answered, of the possible |"
    );
    println!("|--:|---|--:|--:|--:|--:|--:|--:|");
    for load in LOADS {
        for (name, order) in [("fifo", QueueOrder::Fifo), ("adaptive", QueueOrder::Adaptive)] {
            let mut counts = Counts::default();
            (1..=SEEDS).for_each(|seed| runtime.block_on(run(order, load, seed, &mut counts)));
            row(load, name, counts);
        }
    }
}

fn row(load: f64, order: &str, mut counts: Counts) {
    counts.waits.sort();
    let wait =
        |percent: usize| counts.waits[counts.waits.len() * percent / 100].as_secs_f64() * 1e3;
    let capacity = f64::from(SLOTS) / SERVICE * LENGTH.as_secs_f64() * SEEDS as f64;
    let offered = f64::from(counts.offered);
    let percent = |calls: u32, of: f64| 100.0 * f64::from(calls) / of;
    println!(
        "| {load} × | {order} | {:.1} | {:.1} | {:.1} % | {:.1} % | {:.1} % | {:.1} % |",
        wait(50),
        wait(99),
        percent(counts.rejected, offered),
        percent(counts.left, offered),
        percent(counts.cut_off, capacity),
        percent(counts.answered, capacity.min(offered)),
    );
}

/// What became of the calls.
#[derive(Default)]
struct Counts {
    offered: u32,
    rejected: u32,
    /// Their callers gave up while they waited.
    left: u32,
    /// Their callers gave up while they ran.
    cut_off: u32,
    answered: u32,
    waits: Vec<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives,
    Ends,
    GivesUp,
}

enum Call<'b> {
    Waits {
        since: Duration,
        turn: Pin<Box<dyn Future<Output = Permit<'b>> + 'b>>,
    },
    /// Dropped, it gives the slot to the next.
    Runs {
        _permit: BulkheadPermit<'b>,
    },
}

type Permit<'b> = Result<BulkheadPermit<'b>, Rejection>;

/// Every event at its own nanosecond: tokio's timers know milliseconds only.
struct World<'b> {
    bulkhead: &'b Bulkhead,
    /// Seconds between two arrivals, in the mean.
    between: f64,
    random: Rng,
    now: Duration,
    events: BinaryHeap<Reverse<(Duration, u32, Event)>>,
    calls: HashMap<u32, Call<'b>>,
    woken: Arc<Mutex<Vec<u32>>>,
    counts: &'b mut Counts,
}

async fn run(order: QueueOrder, load: f64, seed: u64, counts: &mut Counts) {
    let config = BulkheadConfig::new().max_concurrent(SLOTS).max_wait(MAX_WAIT).queue(order);
    let bulkhead = Bulkhead::new("queue", config);
    let mut world = World {
        bulkhead: &bulkhead,
        between: SERVICE / f64::from(SLOTS) / load,
        random: Rng::with_seed(seed),
        now: Duration::ZERO,
        events: BinaryHeap::from([Reverse((Duration::ZERO, 0, Event::Arrives))]),
        calls: HashMap::new(),
        woken: Arc::default(),
        counts,
    };
    while let Some(Reverse((at, call, event))) = world.events.pop() {
        advance(at.saturating_sub(mem::replace(&mut world.now, at))).await;
        match event {
            Event::Arrives => world.arrive(call),
            Event::Ends => world.end(call),
            Event::GivesUp => world.give_up(call),
        }
        world.go_on();
    }
}

impl World<'_> {
    fn arrive(&mut self, call: u32) {
        self.counts.offered += 1;
        let turn = Box::pin(self.bulkhead.acquire());
        self.calls.insert(call, Call::Waits { since: self.now, turn });
        self.events.push(Reverse((self.now + PATIENCE, call, Event::GivesUp)));
        self.poll(call);
        let next = self.now + exponential(&mut self.random, self.between);
        if next < LENGTH {
            self.events.push(Reverse((next, call + 1, Event::Arrives)));
        }
    }

    /// Those that were woken, and those that they wake.
    fn go_on(&mut self) {
        loop {
            let woken = mem::take(&mut *self.woken.lock().unwrap_or_else(PoisonError::into_inner));
            if woken.is_empty() {
                return;
            }
            for call in woken {
                self.poll(call);
            }
        }
    }

    fn poll(&mut self, call: u32) {
        let Some(Call::Waits { since, turn }) = self.calls.get_mut(&call) else { return };
        let waker = Waker::from(Arc::new(Bell { call, woken: Arc::clone(&self.woken) }));
        let Poll::Ready(permit) = turn.as_mut().poll(&mut Context::from_waker(&waker)) else {
            return;
        };
        let wait = self.now.saturating_sub(*since);
        if let Ok(permit) = permit {
            self.begin(call, permit, wait);
        } else {
            self.counts.rejected += 1;
            self.calls.remove(&call);
        }
    }
}

impl<'b> World<'b> {
    fn begin(&mut self, call: u32, permit: BulkheadPermit<'b>, wait: Duration) {
        self.counts.waits.push(wait);
        self.calls.insert(call, Call::Runs { _permit: permit });
        let ends = self.now + exponential(&mut self.random, SERVICE);
        self.events.push(Reverse((ends, call, Event::Ends)));
    }

    /// Unless its caller has given up before.
    fn end(&mut self, call: u32) {
        if self.calls.remove(&call).is_some() {
            self.counts.answered += 1;
        }
    }

    fn give_up(&mut self, call: u32) {
        match self.calls.remove(&call) {
            Some(Call::Waits { .. }) => self.counts.left += 1,
            Some(Call::Runs { .. }) => self.counts.cut_off += 1,
            None => {}
        }
    }
}

/// Tells which call goes on.
struct Bell {
    call: u32,
    woken: Arc<Mutex<Vec<u32>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.call);
    }
}

fn exponential(random: &mut Rng, mean: f64) -> Duration {
    Duration::from_secs_f64(-mean * (1.0 - random.f64()).ln())
}
