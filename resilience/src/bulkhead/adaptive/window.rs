//! What a window has seen, added up by calls that end, without a lock. A sample that comes while another call reads the
//! sums belongs half to each window, which no mean notices.

use super::machine::Sample;
use crate::sync::{AtomicU32, AtomicU64, Ordering::Relaxed};

#[derive(Debug)]
pub(super) struct Sums {
    calls: AtomicU32,
    nanos: AtomicU64,
    drops: AtomicU32,
    peak: AtomicU32,
}

impl Sums {
    pub(super) const fn new() -> Self {
        Self {
            calls: AtomicU32::new(0),
            nanos: AtomicU64::new(0),
            drops: AtomicU32::new(0),
            peak: AtomicU32::new(0),
        }
    }

    /// A call succeeded, and took so long.
    pub(super) fn add(&self, nanos: u64) {
        self.nanos.fetch_add(nanos, Relaxed);
        self.calls.fetch_add(1, Relaxed);
    }

    /// A call was ended by too much load.
    pub(super) fn drop_one(&self) {
        self.drops.fetch_add(1, Relaxed);
    }

    /// So many calls were in flight.
    #[inline]
    pub(super) fn reach(&self, in_flight: u32) {
        if self.peak.load(Relaxed) < in_flight {
            self.peak.fetch_max(in_flight, Relaxed);
        }
    }

    /// How many calls have left something.
    pub(super) fn ends(&self) -> u32 {
        self.calls.load(Relaxed).saturating_add(self.drops.load(Relaxed))
    }

    /// Takes everything.
    #[allow(clippy::cast_precision_loss, reason = "a mean needs no nanoseconds")]
    pub(super) fn take(&self) -> Sample {
        Sample {
            calls: self.calls.swap(0, Relaxed),
            sum: self.nanos.swap(0, Relaxed) as f64,
            drops: self.drops.swap(0, Relaxed),
            peak: self.peak.swap(0, Relaxed),
        }
    }
}
