//! A slot of a bulkhead, given back on drop.

use std::fmt;
use std::mem;

use super::Bulkhead;
use super::adaptive::{End, Judge, Start};
use crate::rejection::Rejection;

/// A slot of a [`Bulkhead`](crate::Bulkhead). Dropping it gives it back, to the next in the queue if a call waits.
///
/// An adaptive bulkhead learns from how long a call took, so it wants to know how the call ended: [`success`](Self::success)
/// or [`overload`](Self::overload). A permit that is merely dropped tells nothing, unless a timeout of this crate ended
/// the call: that was too much load.
#[must_use = "the slot is given back as soon as this is dropped"]
pub struct BulkheadPermit<'b> {
    bulkhead: &'b Bulkhead,
    start: Start,
}

impl<'b> BulkheadPermit<'b> {
    /// For a slot that is taken already.
    #[inline]
    pub(super) fn new(bulkhead: &'b Bulkhead, start: Start) -> Self {
        Self { bulkhead, start }
    }

    /// The call succeeded: what it took is a sample for an adaptive limit.
    pub fn success(self) {
        self.report(End::Success);
    }

    /// The call failed because of too much load: it timed out, or the dependency said so (503, 429).
    pub fn overload(self) {
        self.report(End::Overload);
    }

    /// Gives the slot back, and passes the outcome on; what that says of the load is asked for only if the call is a sample.
    ///
    /// The outcome is taken by value, and judged here: if another function saw it, it would lie in memory on the way of
    /// every call.
    #[inline]
    pub(super) fn end<R>(
        self,
        outcome: Result<R, Rejection>,
        judge: &impl Judge<R>,
    ) -> Result<R, Rejection> {
        if self.start.is_sampled() {
            self.report(judge.end(&outcome));
        }
        outcome
    }

    #[cold]
    #[inline(never)]
    fn report(self, end: End) {
        let bulkhead = self.bulkhead;
        let start = self.keep();
        if bulkhead.semaphore().exit() {
            bulkhead.hand_over();
        }
        bulkhead.learn(start, end);
    }

    /// The slot stays taken: what [`new`](Self::new) makes a permit from again.
    #[inline]
    pub(super) fn keep(self) -> Start {
        let start = self.start;
        mem::forget(self);
        start
    }

    #[cfg(test)]
    pub(super) fn is_sampled(&self) -> bool {
        self.start.is_sampled()
    }
}

impl Drop for BulkheadPermit<'_> {
    #[inline]
    fn drop(&mut self) {
        let is_awaited = self.bulkhead.semaphore().exit();
        if is_awaited || self.start.is_sampled() {
            self.bulkhead.left(is_awaited, self.start);
        }
    }
}

impl fmt::Debug for BulkheadPermit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkheadPermit").field("bulkhead", &self.bulkhead.name()).finish()
    }
}
