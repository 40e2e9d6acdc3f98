//! Timers: tokio's, and a sentence where there is no runtime that could keep them.

#[cfg(feature = "test-util")]
pub(crate) mod watch;

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{self, coop};
use tokio::time::Sleep;

use crate::clock;

thread_local! {
    static HAD_RUNTIME: Cell<bool> = const { Cell::new(false) };
}

/// A timer that ends after `duration`.
#[inline]
#[track_caller]
pub(crate) fn sleep(duration: Duration) -> Sleep {
    // To ask at each timer costs atomic operations. A thread that has lost its runtime since is told so by tokio.
    if !HAD_RUNTIME.get() {
        check_runtime();
        HAD_RUNTIME.set(true);
    }
    #[cfg(feature = "test-util")]
    watch::timer(duration);
    tokio::time::sleep_until(clock::from_now(duration))
}

/// Asks a timer. A task that has used up its budget must not miss that it has ended; to set the budget aside each time would
/// take longer than to look at it.
#[inline]
pub(crate) fn poll(timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
    if coop::has_budget_remaining() {
        timer.poll(cx)
    } else {
        pin!(coop::unconstrained(timer)).poll(cx)
    }
}

/// Blocks the thread.
pub(crate) fn block(duration: Duration) {
    #[cfg(feature = "test-util")]
    watch::blocked(duration);
    std::thread::sleep(duration);
}

/// Panics where no timer could be made.
#[cold]
#[inline(never)]
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
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    #[should_panic(expected = "needs a tokio runtime for its timer")]
    fn a_thread_without_a_runtime_is_told_what_is_missing() {
        drop(sleep(Duration::from_secs(1)));
    }

    #[test]
    #[should_panic(expected = "no reactor running")]
    fn a_thread_that_has_lost_its_runtime_is_told_by_tokio() {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async { drop(sleep(Duration::from_secs(1))) });
        drop(sleep(Duration::from_secs(1)));
    }
}
