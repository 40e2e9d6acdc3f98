//! Which failures change nothing: those below limits that are worked out where one took the longer way. Pure.

use super::config::CircuitBreakerConfig;
use super::rules::{Thresholds, ratio};
use crate::circuit_state::CircuitState;

/// Below these, a failure leaves the circuit closed, and no rule of the user's is asked.
#[derive(Debug)]
pub(super) struct Quiet {
    /// Failures in a row; 0 where each failure needs a closer look.
    row: u64,
    /// Failures, as the window counts them; 0 until one has had a closer look.
    failures: u64,
    /// From how many calls on their rate is judged.
    min_calls: u64,
    /// Infinite where none is.
    failure_rate: f64,
}

impl Quiet {
    pub(super) fn new(config: &CircuitBreakerConfig, state: CircuitState) -> Self {
        let Thresholds { failure_rate, slow_rate, consecutive_failures, min_calls } =
            config.thresholds();
        let is_plain = state == CircuitState::Closed && config.rule().is_none();
        let row = consecutive_failures.map_or(u64::MAX, u64::from);
        Self {
            row: if is_plain && slow_rate.is_none() { row } else { 0 },
            failures: 0,
            min_calls,
            failure_rate: failure_rate.unwrap_or(f64::INFINITY),
        }
    }

    /// Whether as many failures in a row do.
    #[inline]
    pub(super) fn allows_row(&self, failures: u64) -> bool {
        failures < self.row
    }

    /// As many failures don't.
    #[inline]
    pub(super) fn failures(&self) -> u64 {
        self.failures
    }

    /// Works out which failures are quiet in a window that holds so many calls and will hold no fewer, and counts so many
    /// failures that it doesn't hold.
    pub(super) fn look(&mut self, calls: u64, failures_before: u64) {
        self.failures = if self.failure_rate.is_finite() {
            failures_before + fewest(self.failure_rate, calls.max(self.min_calls))
        } else {
            u64::MAX
        };
    }

    /// The window may hold fewer calls from now on.
    pub(super) fn forget(&mut self) {
        self.failures = 0;
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

    const HALF: CircuitBreakerConfig = CircuitBreakerConfig::new().failure_rate(0.5).min_calls(10);

    #[test]
    fn a_failure_with_which_a_threshold_may_be_reached_is_not_quiet() {
        let mut quiet = Quiet::new(&HALF, CircuitState::Closed);
        assert_eq!(quiet.failures(), 0, "nothing is known of the window");
        quiet.look(3, 0);
        assert_eq!(quiet.failures(), 5, "of ten calls, from which on the rate is judged");
        quiet.look(21, 100);
        assert_eq!(quiet.failures(), 111);
        quiet.forget();
        assert_eq!(quiet.failures(), 0);
        let row = CircuitBreakerConfig::new().consecutive_failures(3);
        let mut quiet = Quiet::new(&row, CircuitState::Closed);
        assert!(quiet.allows_row(2) && !quiet.allows_row(3));
        quiet.look(9, 9);
        assert_eq!(quiet.failures(), u64::MAX, "no rate is judged");
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
