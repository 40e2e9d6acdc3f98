//! How one call ended and what that did, in the words that tell, machine and counters share.

use crate::circuit_state::{Cause, CircuitState, Counts};

/// How one call ended, as far as the machine cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallReport {
    pub(super) end: End,
    pub(super) slow: bool,
}

/// The ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Success,
    Failure,
    Ignored,
    /// Dropped after it had run for `slow_call`: a slow call, and no evidence of anything else.
    Abandoned,
}

/// What a report did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Effect {
    /// Nothing more to do.
    Stay,
    /// The state has to change.
    Change(CircuitState, Cause),
    /// The user's rule has to be asked, outside the lock.
    Ask(Counts),
}
