//! Attempts and pauses for synchronous functions: the delay blocks the thread.

use super::attempts::Tried;
use super::{Attempts, Pause, Retry};
use crate::timer;

/// Runs `inner` as the current attempt.
#[inline]
pub fn attempt_blocking<O>(mut attempts: Attempts, inner: impl FnOnce() -> O) -> Tried<O> {
    let outcome = attempts.scope(inner);
    Tried { attempts, outcome }
}

/// Sleeps through a pause.
#[cold]
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "a pause is slept through once")]
pub fn pause_blocking(retry: &Retry, pause: Pause) -> Attempts {
    let Pause { attempts, delay, .. } = pause;
    if !delay.is_zero() {
        warn_if_async(retry);
        timer::block(delay);
    }
    attempts
}

/// A sleep on a thread of the runtime stops every other task there. A thread that tokio keeps for blocking work can't
/// be told apart, so this is a hint, given once.
fn warn_if_async(retry: &Retry) {
    if tokio::runtime::Handle::try_current().is_ok() && retry.first_warning() {
        tracing::warn!(
            target: "resilience::retry",
            policy = %retry.name(),
            event = "blocking_sleep",
            "this retry of a plain `fn` puts a thread of the async runtime to sleep: make the function async, or \
             call it in `spawn_blocking`",
        );
    }
}
