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

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    const HALF: CircuitBreakerConfig =
        CircuitBreakerConfig::new().failure_rate(0.5).min_calls(10).window(Window::Calls(20));

    #[test]
    fn a_failure_with_which_a_threshold_is_reached_is_not_quiet() {
        let quiet = Quiet::new(&HALF, CircuitState::Closed);
        assert!(quiet.allows(9, 9), "too few calls to judge");
        assert!(quiet.allows(4, 10) && !quiet.allows(5, 10) && !quiet.allows(6, 10));
        assert!(quiet.allows_in_full(9) && !quiet.allows_in_full(10));
        let row = CircuitBreakerConfig::new().consecutive_failures(3);
        let quiet = Quiet::new(&row, CircuitState::Closed);
        assert!(quiet.allows_row(2) && !quiet.allows_row(3));
        assert!(quiet.allows(9, 9), "no rate is judged");
    }

    #[test]
    fn what_needs_a_closer_look_is_never_quiet() {
        let looked_at = [
            Quiet::new(&HALF, CircuitState::HalfOpen),
            Quiet::new(&HALF.trip_when(|_| false), CircuitState::Closed),
        ];
        assert!(looked_at.iter().all(|quiet| !quiet.allows_row(1)));
        assert!(Quiet::new(&HALF, CircuitState::Closed).allows_row(u64::MAX - 1));
    }

    #[test]
    fn the_fewest_failures_of_a_full_window_are_those_that_reach_its_rate() {
        for calls in 1..=300 {
            for rate in [0.01, 0.1, 0.3, 1.0 / 3.0, 0.5, 0.7, 0.9, 1.0] {
                let failures = fewest(rate, calls);
                assert!(ratio(failures, calls) >= rate, "{failures} of {calls} for {rate}");
                assert!(ratio(failures - 1, calls) < rate, "{failures} of {calls} for {rate}");
            }
        }
    }
}
