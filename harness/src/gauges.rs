//! What a service holds: memory, tasks, permits, waiters, keys.

use std::fs;

use serde_json::Value;

/// At one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Resident, in KiB.
    pub memory: u64,
    /// Alive in the runtime; one per open connection among them.
    pub tasks: u64,
    /// Of all bulkheads.
    pub permits: u64,
    /// Before all bulkheads.
    pub waiters: u64,
    /// Of all policies per key.
    pub keys: u64,
}

impl Gauges {
    pub(super) fn read(process: u32, runtime: &Value, metrics: &str, snapshot: &Value) -> Self {
        Self {
            memory: resident(process),
            tasks: runtime["tasks"].as_u64().unwrap_or_default(),
            permits: sum(metrics, "resilience_bulkhead_in_flight"),
            waiters: sum(metrics, "resilience_bulkhead_queued"),
            keys: keys(snapshot),
        }
    }
}

/// All series of that name, added up.
pub(super) fn sum(metrics: &str, name: &str) -> u64 {
    let series = metrics.lines().filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
    series.filter_map(|(_, value)| value.parse::<u64>().ok()).sum()
}

fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn keys(snapshot: &Value) -> u64 {
    let of = |policies: &Value| -> u64 {
        let policies = policies.as_array().into_iter().flatten();
        policies.filter_map(|policy| policy["totals"]["keys"].as_u64()).sum()
    };
    snapshot.as_object().map_or(0, |kinds| kinds.values().map(of).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_one_name_are_added_up() {
        let metrics = "a_total{b=\"x y\"} 3\nab 9\na_total 4\n# HELP a_total 7";
        assert_eq!(sum(metrics, "a_total"), 7);
    }
}
