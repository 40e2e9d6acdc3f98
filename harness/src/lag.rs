//! How late this machine runs what is due: other programs' time must not count as ours.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::sleep;

const TICK: Duration = Duration::from_millis(10);
/// A timer's own grain.
const USUAL: Duration = Duration::from_millis(3);

type Stall = (Instant, Duration);

/// Sleeps, and notes when it slept for too long.
#[derive(Debug)]
pub(super) struct Lag {
    stalls: Arc<Mutex<Vec<Stall>>>,
    task: JoinHandle<()>,
}

impl Lag {
    pub(super) fn watch() -> Self {
        let stalls = Arc::<Mutex<Vec<Stall>>>::default();
        let notes = Arc::clone(&stalls);
        let task = tokio::spawn(async move {
            loop {
                let start = Instant::now();
                sleep(TICK).await;
                let late = start.elapsed().saturating_sub(TICK);
                if late > USUAL {
                    notes.lock().unwrap_or_else(PoisonError::into_inner).push((start, late));
                }
            }
        });
        Self { stalls, task }
    }

    /// How long what ran between these two was held up.
    pub(super) fn within(&self, from: Instant, to: Instant) -> Duration {
        let stalls = self.stalls.lock().unwrap_or_else(PoisonError::into_inner);
        let met = |(start, late): &&Stall| *start < to && *start + TICK + *late > from;
        stalls.iter().filter(met).map(|(_, late)| *late).sum()
    }
}

impl Drop for Lag {
    fn drop(&mut self) {
        self.task.abort();
    }
}
