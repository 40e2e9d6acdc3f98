//! What is said about options that don't fit together: by attributes, by configs and by files.

use std::time::Duration;

pub(crate) const SLOW_RATE_ALONE: &str =
    "`slow_rate` needs `slow_call`, which says what is slow: add `slow_call = \"1s\"`";
pub(crate) const BUDGET_BURST_ALONE: &str =
    "`budget_burst` needs `budget`, which fills it: add `budget = 0.2`";
pub(crate) const FACTOR_ALONE: &str = "a factor belongs to an exponential back-off: remove `factor`, or write \
                                       `backoff = exponential`";
pub(crate) const QUEUE_ALONE: &str =
    "`max_queue` limits a queue, and without `max_wait` no call waits: add `max_wait = \"100ms\"`";
pub(crate) const ONE_ATTEMPT: &str =
    "`max_attempts` counts the first attempt, so one alone is no hedge: write 2 or more";
pub(crate) const LONG_BURST: &str = "at this rate the burst takes more than 18 years to come back, which is more than \
                                     the clock holds: write a shorter period (`\"100/h\"`) or a smaller `burst`";
pub(crate) const LONG_LEASE: &str =
    "turns that are fetched ahead are late for others: `lease` is at most \"1s\"";

/// An option that must be at least as long as another, which is `least`.
pub(crate) fn too_short(option: &str, other: &str, least: Duration) -> String {
    format!("`{option}` is shorter than `{other}`, {least:?}: write at least \"{least:?}\"")
}

/// More `min_calls` than a window of so many calls holds.
pub(crate) fn more_than_the_window(calls: u32) -> String {
    format!("a window of {calls} calls never holds that many: write `min_calls = {calls}` or less")
}
