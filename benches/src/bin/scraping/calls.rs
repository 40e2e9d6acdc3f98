//! Guarded calls, beside which something else may go on.

use std::time::{Duration, Instant};

use resilience::{Rejection, circuit_breaker, retry, timeout};
use tokio::task::yield_now;
use tokio::time::sleep;

/// Tasks whose calls wait, at the same time.
const TASKS: usize = 16;
/// Ready calls between two turns of other tasks.
const BATCH: usize = 100;

#[retry]
#[circuit_breaker]
#[timeout("1s")]
async fn ready() -> Result<(), Rejection> {
    Ok(())
}

#[retry]
#[circuit_breaker]
#[timeout("1s")]
async fn waits() -> Result<(), Rejection> {
    sleep(Duration::from_millis(1)).await;
    Ok(())
}

#[derive(Default)]
pub(crate) struct Times {
    ready: Vec<Duration>,
    waits: Vec<Duration>,
}

impl Times {
    /// Calls for so long, half of it each.
    pub(crate) async fn add(&mut self, lasting: Duration) {
        self.ready.extend(tokio::spawn(ready_calls(lasting / 2)).await.expect("no panic"));
        let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(waiting_calls(lasting / 2))).collect();
        for task in tasks {
            self.waits.extend(task.await.expect("no panic"));
        }
    }

    /// A row of percentiles for each.
    pub(crate) fn shown(mut self) -> [String; 2] {
        [&mut self.ready, &mut self.waits].map(|times| {
            times.sort_unstable();
            let at = |per_mille: usize| times[times.len() * per_mille / 1_000].as_secs_f64() * 1e6;
            format!("{:.2} | {:.2} | {:.2}", at(500), at(990), at(999))
        })
    }
}

async fn ready_calls(lasting: Duration) -> Vec<Duration> {
    let (end, mut times) = (Instant::now() + lasting, Vec::new());
    while Instant::now() < end {
        for _ in 0..BATCH {
            let started = Instant::now();
            ready().await.expect("nothing fails here");
            times.push(started.elapsed());
        }
        yield_now().await;
    }
    times
}

async fn waiting_calls(lasting: Duration) -> Vec<Duration> {
    let (end, mut times) = (Instant::now() + lasting, Vec::new());
    while Instant::now() < end {
        let started = Instant::now();
        waits().await.expect("nothing fails here");
        times.push(started.elapsed());
    }
    times
}
