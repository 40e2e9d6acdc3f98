//! What the options of a bulkhead come to, where the default of one depends on another.

use super::adaptive::Bounds;
use super::config::BulkheadConfig;
use super::shares::Limits;
use crate::clock;

/// A pool's worth: what clients of databases and HTTP servers commonly open to one peer.
const MAX_CONCURRENT: u32 = 25;
/// Where an adaptive limit ends: room for a dependency ten times as large as the first guess.
const CEILING: u32 = 200;
/// The first guess of an adaptive limit.
const INITIAL: u32 = 20;

impl BulkheadConfig {
    /// `max_concurrent`, written or not.
    pub(super) const fn ceiling(&self) -> u32 {
        match self.max_concurrent {
            Some(calls) => calls,
            None if self.adaptive => CEILING,
            None => MAX_CONCURRENT,
        }
    }

    /// `initial`, written or not.
    pub(super) const fn initial_limit(&self) -> u32 {
        let (ceiling, least) = (self.ceiling(), self.min_concurrent);
        match self.initial {
            Some(calls) => calls,
            None if ceiling < INITIAL => ceiling,
            None if least > INITIAL => least,
            None => INITIAL,
        }
    }

    /// What is in force for each priority at that limit.
    pub(super) const fn limits(&self, limit: u32) -> Limits {
        Limits::of(limit, &self.shares)
    }

    pub(super) fn longest_queue(&self) -> u32 {
        self.max_queue.unwrap_or(u32::MAX)
    }

    /// What an adaptive limit keeps to.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            initial: self.initial_limit().into(),
            min: self.min_concurrent.into(),
            max: self.ceiling().into(),
            tolerance: self.tolerance,
            max_latency: self.max_latency.map(|latency| latency.as_secs_f64() * 1e9),
            window: clock::span(self.window),
            min_samples: self.min_samples,
        }
    }
}
