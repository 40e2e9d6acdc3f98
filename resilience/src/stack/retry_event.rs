//! What is told of a retry: the retries and the events both name it.

use std::time::Duration;

use crate::ambient::CallId;
use crate::name::Name;

/// One retry that is about to happen. `on_retry` gets it before the delay begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryEvent {
    /// The name of the retry.
    pub policy: Name,
    /// The attempt that has just failed: 1 is the first try.
    pub attempt: u32,
    /// How long until the next one begins.
    pub delay: Duration,
    /// The call that all these attempts belong to.
    pub call_id: CallId,
}
