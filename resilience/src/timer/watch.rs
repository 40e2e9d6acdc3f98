//! Waiting that no paused clock shortens, noticed for tests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

static WATCHED: AtomicBool = AtomicBool::new(false);
static WAITS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Real waiting is noted while it lives.
#[derive(Debug)]
pub(crate) struct Watch(());

impl Watch {
    /// Begins with nothing.
    pub(crate) fn start() -> Self {
        WAITS.lock().clear();
        WATCHED.store(true, Ordering::Relaxed);
        Self(())
    }

    /// A line for each wait so far.
    #[allow(clippy::unused_self, reason = "there is something to read while it lives")]
    pub(crate) fn waits(&self) -> Vec<String> {
        WAITS.lock().clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHED.store(false, Ordering::Relaxed);
    }
}

/// A timer begins.
pub(super) fn timer(duration: Duration) {
    if WATCHED.load(Ordering::Relaxed) && !is_paused() {
        WAITS.lock().push(format!("a timer of {duration:?} on a clock that isn't paused"));
    }
}

/// A thread is about to be blocked.
pub(super) fn blocked(duration: Duration) {
    if WATCHED.load(Ordering::Relaxed) {
        WAITS.lock().push(format!("a synchronous function blocked its thread for {duration:?}"));
    }
}

/// Whether this runtime's clock stands still: it does if it stays where it is until the real one has moved.
pub(crate) fn is_paused() -> bool {
    let (before, real) = (Instant::now(), std::time::Instant::now());
    while real.elapsed().is_zero() {
        std::hint::spin_loop();
    }
    before == Instant::now()
}
