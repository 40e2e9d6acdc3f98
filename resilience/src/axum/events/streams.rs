//! How many streams there may be: each costs a connection and a task's memory, and anybody may ask for one.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Enough for every operator's open page.
const MAX_STREAMS: usize = 256;

/// Permits for streams. One is given back when the response's body is dropped.
pub(in crate::axum) struct Streams(Arc<Semaphore>);

impl Streams {
    pub(in crate::axum) fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))))
    }

    pub(super) fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self::new(MAX_STREAMS)
    }
}
