//! The clock of a test: paused, and at a point from which delays are exact.

use std::time::Duration;

use tokio::time::{Instant, advance, pause, sleep};

use crate::timer::watch::is_paused;

/// tokio's timers end at whole ones of these, counted from when the runtime began.
const TICK: Duration = Duration::from_nanos(TICK_NANOS);
const TICK_NANOS: u64 = 1_000_000;

/// Pauses the clock, unless it is.
pub(super) async fn stop() {
    if !is_paused() {
        pause();
    }
    align().await;
}

/// Goes on to the next tick. Between two of them each delay would take one more than it says. Where that tick lies is
/// found out by halving: a timer that would end after it takes another one.
async fn align() {
    if took(TICK).await == TICK {
        return;
    }
    let (mut fits, mut exceeds) = (0, TICK_NANOS);
    while fits + 1 < exceeds {
        let middle = u64::midpoint(fits, exceeds);
        if took(Duration::from_nanos(middle)).await > TICK {
            exceeds = middle;
        } else {
            fits = middle;
        }
    }
    advance(Duration::from_nanos(fits)).await;
}

async fn took(duration: Duration) -> Duration {
    let start = Instant::now();
    sleep(duration).await;
    start.elapsed()
}
