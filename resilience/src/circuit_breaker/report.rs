//! How one call ended, in the words that tell, machine and counters share.

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
