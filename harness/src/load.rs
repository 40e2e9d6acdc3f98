//! A steady stream of calls, whatever becomes of the earlier ones, and what became of each.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::service::Callers;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The full answer.
    Answered,
    /// The full answer, from the cache.
    Cached,
    /// The answer that is defined for an outage: an old one, a part, a default, "later".
    Fallback,
    /// An error, or no answer before the caller hung up.
    Failed,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The user's or the order's number.
    pub number: u64,
    /// When it began.
    pub begun: Instant,
    /// How long it took.
    pub took: Duration,
    /// What became of it.
    pub outcome: Outcome,
}

type Calls = Arc<Mutex<Vec<Call>>>;

/// Runs until it is stopped.
#[derive(Debug)]
pub struct Load {
    callers: Callers,
    calls: Calls,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Load {
    /// So many calls a second; `of` makes each call's number from 0, 1, 2, …
    #[must_use]
    pub fn start(callers: &Callers, rate: u32, of: fn(u64) -> u64) -> Self {
        Self::start_at(callers, rate, 0, of)
    }

    /// The same, from that count on.
    #[must_use]
    pub fn start_at(callers: &Callers, rate: u32, from: u64, of: fn(u64) -> u64) -> Self {
        let (stop, calls) = (watch::Sender::new(false), Calls::default());
        let stopped = stop.subscribe();
        let numbers = (from..).map(of);
        let task = steady(callers.clone(), rate, numbers, Arc::clone(&calls), stopped);
        Self { callers: callers.clone(), calls, stop, task: tokio::spawn(task) }
    }

    /// All of these at once, besides; over when all have their answer.
    pub async fn herd(&self, numbers: impl Iterator<Item = u64>) {
        let call = |number| record(self.callers.clone(), number, Arc::clone(&self.calls));
        numbers.map(call).collect::<JoinSet<_>>().join_all().await;
    }

    /// Ends it, waits for the last answers, and gives all calls in the order of their begin.
    pub async fn stop(self) -> Vec<Call> {
        self.stop.send_replace(true);
        // It ends by itself.
        let _ = self.task.await;
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        calls.sort_by_key(|call| call.begun);
        calls
    }
}

async fn steady(
    callers: Callers,
    rate: u32,
    numbers: impl Iterator<Item = u64>,
    calls: Calls,
    mut stopped: watch::Receiver<bool>,
) {
    let mut ticks = interval(Duration::from_secs(1) / rate);
    // As many calls as the rate says, also on a machine that was busy for a moment.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = JoinSet::new();
    for number in numbers {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.changed() => break,
        }
        running.spawn(record(callers.clone(), number, Arc::clone(&calls)));
        while running.try_join_next().is_some() {}
    }
    running.join_all().await;
}

async fn record(callers: Callers, number: u64, calls: Calls) {
    let begun = Instant::now();
    let outcome = callers.call(number).await;
    let call = Call { number, begun, took: begun.elapsed(), outcome };
    calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
}
