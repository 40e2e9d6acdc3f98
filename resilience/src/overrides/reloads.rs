//! How often overrides were read, and what came of it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use super::problems::Problems;

static APPLIED: AtomicU64 = AtomicU64::new(0);
static UNCHANGED: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);
/// In seconds since the Unix epoch; 0 before the first.
static APPLIED_AT: AtomicU64 = AtomicU64::new(0);

/// By outcome.
pub(crate) fn reloads() -> [(&'static str, u64); 3] {
    [("applied", &APPLIED), ("unchanged", &UNCHANGED), ("refused", &REFUSED)]
        .map(|(outcome, count)| (outcome, count.load(Relaxed)))
}

/// When overrides were put in force last, in seconds since the Unix epoch.
pub(crate) fn applied_at() -> Option<u64> {
    Some(APPLIED_AT.load(Relaxed)).filter(|at| *at > 0)
}

/// Counts one reading: whether anything changed, or why nothing may.
pub(super) fn count(result: &Result<bool, Problems>) {
    let count = match result {
        Ok(true) => &APPLIED,
        Ok(false) => &UNCHANGED,
        Err(_) => &REFUSED,
    };
    count.fetch_add(1, Relaxed);
    if matches!(result, Ok(true)) || (result.is_ok() && applied_at().is_none()) {
        note_applied();
    }
}

/// Notes that overrides were put in force just now.
pub(super) fn note_applied() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    APPLIED_AT.store(now.as_secs(), Relaxed);
}
