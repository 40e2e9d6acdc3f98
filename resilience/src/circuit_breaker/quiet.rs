//! Which failures change nothing: told by limits that are worked out where options or state change. Pure.

use super::config::{CircuitBreakerConfig, Window};
use super::rules::{Thresholds, ratio};
use crate::circuit_state::CircuitState;

/// Below these, a failure leaves the circuit closed, and no rule of the user's is asked.
#[derive(Debug)]
pub(super) struct Quiet {
    /// Failures in a row; 0 where each failure needs a closer look.
    row: u64,
    /// From how many calls on their rate is judged.
    min_calls: u64,
    failure_rate: f64,
    /// Failures in a count window that is full, where the rate comes to no division.
    full: u64,
}

impl Quiet {
    pub(super) fn new(config: &CircuitBreakerConfig, state: CircuitState) -> Self {
        let Thresholds { failure_rate, slow_rate, consecutive_failures, min_calls } =
            config.thresholds();
        let is_plain = state == CircuitState::Closed && config.rule().is_none();
        let row = consecutive_failures.map_or(u64::MAX, u64::from);
        let rate = failure_rate.unwrap_or(f64::INFINITY);
        Self {
            row: if is_plain && slow_rate.is_none() { row } else { 0 },
            min_calls: failure_rate.map_or(u64::MAX, |_| min_calls),
            failure_rate: rate,
            full: match config.effective_window() {
                Some(Window::Calls(calls)) if failure_rate.is_some() => fewest(rate, calls.into()),
                _ => u64::MAX,
            },
        }
    }

    /// Whether as many failures in a row do.
    #[inline]
    pub(super) fn allows_row(&self, failures: u64) -> bool {
        failures < self.row
    }

    /// Whether as many failures of the calls in the window do.
    #[inline]
    pub(super) fn allows(&self, failures: u64, calls: u64) -> bool {
        calls < self.min_calls || ratio(failures, calls) < self.failure_rate
    }

    /// Whether as many failures of all the calls that a count window holds do.
    #[inline]
    pub(super) fn allows_in_full(&self, failures: u64) -> bool {
        failures < self.full
    }
}

/// As many failures of so many calls come to the rate: the product says it but for a rounding.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no more than `calls`")]
fn fewest(rate: f64, calls: u64) -> u64 {
    let guess = (rate * calls as f64) as u64;
    let mut failures = guess.saturating_sub(1);
    while ratio(failures, calls) < rate {
        failures += 1;
    }
    failures
}
