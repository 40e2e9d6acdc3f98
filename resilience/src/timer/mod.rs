//! Timers: tokio's, and a sentence where there is no runtime that could keep them.

#[cfg(feature = "test-util")]
pub(crate) mod watch;

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task;
use tokio::time::Sleep;

/// A timer that ends after `duration`.
#[inline]
#[track_caller]
pub(crate) fn sleep(duration: Duration) -> Sleep {
    check_runtime();
    #[cfg(feature = "test-util")]
    watch::timer(duration);
    tokio::time::sleep(duration)
}

/// Blocks the thread.
pub(crate) fn block(duration: Duration) {
    #[cfg(feature = "test-util")]
    watch::blocked(duration);
    std::thread::sleep(duration);
}

/// Panics where no timer could be made.
#[track_caller]
pub(crate) fn check_runtime() {
    // A task has a runtime; to look for one elsewhere takes two more atomic operations.
    if task::try_id().is_none() {
        check_handle();
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn check_handle() {
    assert!(
        Handle::try_current().is_ok(),
        "a guarded call that waits needs a tokio runtime for its timer, and this thread runs none: call it within \
         `#[tokio::main]`, `Runtime::block_on` or a task"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "needs a tokio runtime for its timer")]
    fn a_thread_without_a_runtime_is_told_what_is_missing() {
        drop(sleep(Duration::from_secs(1)));
    }
}
