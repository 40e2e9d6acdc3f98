//! How long a call may take: as its timeout says, or as the call brings it.

use std::time::Duration;

use super::Timeout;
use crate::ambient::Deadline;
use crate::clock;

/// The limit of a call: the policy's own, or one that the call brings.
pub trait Limit: Copy {
    /// It, under `timeout`, in nanoseconds; [`NOT_ENFORCED`](Deadline::NOT_ENFORCED) where the timeout's mode says so.
    fn under(self, timeout: &Timeout) -> u64;

    /// It, whatever the mode.
    fn in_any_mode(self, timeout: &Timeout) -> u64;
}

/// The policy's own limit, which is read where it is.
#[derive(Clone, Copy, Debug)]
pub struct Own;

impl Limit for Own {
    #[inline]
    fn under(self, timeout: &Timeout) -> u64 {
        timeout.limit()
    }

    fn in_any_mode(self, timeout: &Timeout) -> u64 {
        clock::span(timeout.config().limit())
    }
}

/// A limit that the call brings, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Brought(u64);

impl Brought {
    #[inline]
    pub(super) fn new(limit: Duration) -> Self {
        Self(clock::span(limit))
    }
}

impl Limit for Brought {
    #[inline]
    fn under(self, timeout: &Timeout) -> u64 {
        if timeout.limit() == Deadline::NOT_ENFORCED { Deadline::NOT_ENFORCED } else { self.0 }
    }

    fn in_any_mode(self, _: &Timeout) -> u64 {
        self.0
    }
}
