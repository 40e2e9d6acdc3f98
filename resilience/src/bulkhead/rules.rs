//! Which options of a bulkhead fit together.

use std::time::Duration;

use super::config::BulkheadConfig;
use super::queue_order::QueueOrder;
use crate::check;
use crate::grammar::QUEUE_ALONE;

const NO_QUEUE: &str = "`queue` needs `max_wait`, which says how long a call may wait";
const NO_ROOM: &str = "`max_concurrent` and `max_queue` must be at least 1";
const ZERO_WAIT: &str = "`max_wait` must be longer than zero";
const ZERO_TARGET: &str = "`queue_target` must be longer than zero";
const FALLING_SHARES: &str = "`shares` must be above 0 and at most 1, and none smaller than that of a less important priority";
const CROSSED: &str = "`min_concurrent` must be at least 1 and at most `initial`, and `initial` at most `max_concurrent`";
const STRANGE_TOLERANCE: &str = "`tolerance` must be above 1 and at most 10";
const SHORT_WINDOW: &str = "`window` must be at least 10 ms";
const FEW_SAMPLES: &str = "`min_samples` must be at least 10";
const ZERO_LATENCY: &str = "`max_latency` must be longer than zero";

pub(super) const fn validate(config: &BulkheadConfig) -> Result<(), &'static str> {
    if config.max_queue.is_some() && config.max_wait.is_none() {
        return Err(QUEUE_ALONE);
    }
    if matches!(config.queue, QueueOrder::Adaptive) && config.max_wait.is_none() {
        return Err(NO_QUEUE);
    }
    if config.ceiling() == 0 || matches!(config.max_queue, Some(0)) {
        return Err(NO_ROOM);
    }
    if is_zero(config.max_wait) {
        return Err(ZERO_WAIT);
    }
    if config.queue_target.is_zero() {
        return Err(ZERO_TARGET);
    }
    if !check::are_shares(&config.shares) {
        return Err(FALLING_SHARES);
    }
    adaptive(config)
}

const fn adaptive(config: &BulkheadConfig) -> Result<(), &'static str> {
    let (least, first) = (config.min_concurrent, config.initial_limit());
    if config.adaptive && (least == 0 || least > first || first > config.ceiling()) {
        return Err(CROSSED);
    }
    if !check::is_tolerance(config.tolerance) {
        return Err(STRANGE_TOLERANCE);
    }
    if check::shorter(config.window, check::SHORTEST_WINDOW) {
        return Err(SHORT_WINDOW);
    }
    if config.min_samples < check::FEWEST_SAMPLES {
        return Err(FEW_SAMPLES);
    }
    if is_zero(config.max_latency) {
        return Err(ZERO_LATENCY);
    }
    Ok(())
}

const fn is_zero(duration: Option<Duration>) -> bool {
    matches!(duration, Some(duration) if duration.is_zero())
}
