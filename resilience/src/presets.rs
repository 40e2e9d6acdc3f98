//! Configs for common cases, to start from: `#[retry(config = presets::AGGRESSIVE, attempts = 7)]`.
//!
//! They are plain constants; constants of your own work the same way.
//!
//! ```
//! use std::time::Duration;
//! use resilience::{CircuitBreakerConfig, presets};
//!
//! const OURS: CircuitBreakerConfig = presets::FAST_FAILING.open_for(Duration::from_secs(5));
//! ```

use std::time::Duration;

use crate::circuit_breaker::{CircuitBreakerConfig, Window};
use crate::retry::RetryConfig;

/// A circuit breaker for calls that users wait for: it judges the last 5 s, opens for 10 s, and three trial calls
/// close it.
pub const FAST_FAILING: CircuitBreakerConfig = CircuitBreakerConfig::new()
    .window(Window::Time(Duration::from_secs(5)))
    .open_for(Duration::from_secs(10))
    .half_open_calls(3);

/// A circuit breaker for background work on dependencies with moods: it judges the last 30 s, opens for 60 s, and ten
/// trial calls close it.
pub const TOLERANT: CircuitBreakerConfig = CircuitBreakerConfig::new()
    .window(Window::Time(Duration::from_secs(30)))
    .open_for(Duration::from_secs(60))
    .half_open_calls(10);

/// A retry for quick, idempotent calls: 5 attempts, delays from 100 ms to at most 2 s.
pub const AGGRESSIVE: RetryConfig = RetryConfig::new()
    .attempts(5)
    .delay(Duration::from_millis(100))
    .max_delay(Duration::from_secs(2));

/// A retry that leaves the dependency time: 3 attempts, delays from 1 s to at most 10 s.
pub const CONSERVATIVE: RetryConfig =
    RetryConfig::new().attempts(3).delay(Duration::from_secs(1)).max_delay(Duration::from_secs(10));
