//! What the tests of `caller-cycle` use, and what uses `caller-cycle`.

use resilience::BulkheadConfig;

/// The limit of the other copy.
#[must_use]
pub fn limit() -> &'static BulkheadConfig {
    caller_cycle::DISK.config()
}
