//! A slot of a bulkhead, given back on drop.

use std::fmt;

use super::Bulkhead;

/// A slot of a [`Bulkhead`](crate::Bulkhead). Dropping it gives it back, to the next in the queue if a call waits.
#[must_use = "the slot is given back as soon as this is dropped"]
pub struct BulkheadPermit<'b> {
    bulkhead: &'b Bulkhead,
}

impl<'b> BulkheadPermit<'b> {
    /// For a slot that is taken already.
    #[inline]
    pub(super) fn new(bulkhead: &'b Bulkhead) -> Self {
        Self { bulkhead }
    }
}

impl Drop for BulkheadPermit<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.bulkhead.semaphore().exit() {
            self.bulkhead.hand_over();
        }
    }
}

impl fmt::Debug for BulkheadPermit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkheadPermit").field("bulkhead", &self.bulkhead.name()).finish()
    }
}
