//! What a config means once its defaults are filled in: the questions that the machine asks.

use std::num::NonZeroU32;
use std::time::Duration;

use super::config::{
    CircuitBreakerConfig, FAILURE_RATE, HALF_OPEN_FOR, MIN_CALLS, SLOW_RATE, WINDOW, Window,
};
use super::tally::Counters;
use crate::check;
use crate::circuit_state::{Cause, Counts, StateChange};
#[cfg(feature = "overrides")]
use crate::grammar;
use crate::grammar::SLOW_RATE_ALONE;

/// A trial that runs says little about when it ends; asking once a second is cheap.
const TRIAL_WAIT: Duration = Duration::from_secs(1);

/// What opens a circuit, defaults filled in; `None`: doesn't.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Thresholds {
    /// Failures / calls.
    pub failure_rate: Option<f64>,
    /// Slow calls / calls.
    pub slow_rate: Option<f64>,
    /// Failures in a row.
    pub consecutive_failures: Option<u32>,
    /// From how many calls on rates are judged.
    pub min_calls: u64,
}

impl CircuitBreakerConfig {
    pub(crate) fn thresholds(&self) -> Thresholds {
        Thresholds {
            failure_rate: self.judges_rate().then(|| self.effective_failure_rate()),
            slow_rate: self.slow_call.map(|_| self.slow_rate.unwrap_or(SLOW_RATE)),
            consecutive_failures: self.longest_row(),
            min_calls: self.effective_min_calls(),
        }
    }

    /// What the options say against each other, and how to mend it.
    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        if let Some(window) = self.window
            && let Err(problem) = window.validate()
        {
            return Err(problem);
        }
        if let (Some(Window::Calls(window)), Some(min)) = (self.window, self.min_calls)
            && min.get() > window
        {
            return Err(
                "`min_calls` is more than the count `window` can hold: lower it or widen the window",
            );
        }
        if let Some(longest) = self.max_open_for
            && check::shorter(longest, self.open_for)
        {
            return Err("`max_open_for` is shorter than `open_for`: raise it");
        }
        if self.slow_rate.is_some() && self.slow_call.is_none() {
            return Err(SLOW_RATE_ALONE);
        }
        self.validate_ranges()
    }

    /// The same with the figures in it.
    #[cfg(feature = "overrides")]
    pub(crate) fn conflict(&self) -> Option<String> {
        if let (Some(Window::Calls(window)), Some(min)) = (self.window, self.min_calls)
            && min.get() > window
        {
            return Some(grammar::more_than_the_window(window));
        }
        let short = self.max_open_for.is_some_and(|longest| longest < self.open_for);
        short.then(|| grammar::too_short("max_open_for", "open_for", self.open_for))
    }

    /// Setters make these checks too; what was deserialised meets them here.
    const fn validate_ranges(&self) -> Result<(), &'static str> {
        if !is_ratio(self.failure_rate) || !is_ratio(self.slow_rate) {
            return Err("`failure_rate` and `slow_rate` must be above 0 and at most 1");
        }
        if !(self.shared >= 0.0 && self.shared <= 1.0) {
            return Err("`shared` must be above 0 and at most 1, or 0 for a breaker of its own");
        }
        if self.open_for.is_zero() || is_zero(self.half_open_for) || is_zero(self.slow_call) {
            return Err("`open_for`, `half_open_for` and `slow_call` must be longer than zero");
        }
        if self.half_open_calls == 0 {
            return Err("`half_open_calls` must be at least 1");
        }
        Ok(())
    }

    /// The window that rates and counts are taken over; none where only a row of failures counts.
    pub(super) const fn effective_window(&self) -> Option<Window> {
        match self.window {
            Some(window) => Some(window),
            None if self.judges_rate()
                || self.slow_call.is_some()
                || self.trip_when.get().is_some() =>
            {
                Some(WINDOW)
            }
            None => None,
        }
    }

    /// Consecutive failures replace the rate, unless it is written too; a rule of the user's replaces both.
    #[inline]
    const fn judges_rate(&self) -> bool {
        self.trip_when.get().is_none()
            && (self.failure_rate.is_some() || self.consecutive_failures.is_none())
    }

    /// As many failures in a row open the circuit, unless a rule of the user's decides.
    #[inline]
    fn longest_row(&self) -> Option<u32> {
        let limit = self.consecutive_failures.filter(|_| self.trip_when.get().is_none());
        limit.map(NonZeroU32::get)
    }

    #[inline]
    pub(super) fn effective_failure_rate(&self) -> f64 {
        self.failure_rate.unwrap_or(FAILURE_RATE)
    }

    /// The default gives way to a count window that couldn't hold that many calls.
    #[inline]
    pub(super) fn effective_min_calls(&self) -> u64 {
        match (self.min_calls, self.window) {
            (Some(min), _) => min.get().into(),
            (None, Some(Window::Calls(window))) => MIN_CALLS.min(window).into(),
            (None, _) => MIN_CALLS.into(),
        }
    }

    /// How long a trial holds its slot.
    pub(super) fn trial_lifetime(&self) -> Duration {
        self.half_open_for.unwrap_or(self.open_for.max(HALF_OPEN_FOR))
    }

    /// When to ask again while every slot is taken: a trial may end at any time.
    pub(super) fn trial_wait(&self) -> Duration {
        self.open_for.min(TRIAL_WAIT)
    }

    /// Whether that many failures in a row open the circuit.
    #[inline]
    pub(super) fn are_too_many_in_a_row(&self, failures: u64) -> bool {
        self.longest_row().is_some_and(|limit| failures >= limit.into())
    }

    /// Whether anything but a row opens the circuit, the user's rule apart.
    #[inline]
    pub(super) fn judges_window(&self) -> bool {
        self.judges_rate() || self.slow_call.is_some()
    }

    /// Whether what the window has `seen`, to which a failure or slow call was just added, opens the circuit.
    #[inline]
    pub(super) fn judge(&self, seen: Counters) -> Option<Cause> {
        let calls = seen.calls();
        if calls < self.effective_min_calls() {
            return None;
        }
        let reached = |part: u64, rate: f64| part > 0 && ratio(part, calls) >= rate;
        if self.judges_rate() && reached(seen.failures, self.effective_failure_rate()) {
            return Some(Cause::FailureRate);
        }
        (self.slow_call.is_some() && reached(seen.slow, self.slow_rate.unwrap_or(SLOW_RATE)))
            .then_some(Cause::SlowRate)
    }

    /// A rate for the eye: `None` while there are too few calls to judge.
    pub(crate) fn rate(&self, part: u64, counts: &Counts) -> Option<f64> {
        let enough = counts.calls() > 0 && counts.calls() >= self.effective_min_calls();
        enough.then(|| ratio(part, counts.calls()))
    }

    pub(super) fn is_slow(&self, took: Duration) -> bool {
        self.slow_call.is_some_and(|limit| took >= limit)
    }

    #[cfg(feature = "axum")]
    pub(crate) fn is_critical(&self) -> bool {
        self.critical
    }

    #[inline]
    pub(super) fn rule(&self) -> Option<fn(&Counts) -> bool> {
        self.trip_when.get()
    }

    pub(super) fn listener(&self) -> Option<fn(&StateChange)> {
        self.on_state_change.get()
    }

    /// The same numbers with the functions of another config: those are code, and stay as declared.
    pub(super) fn with_hooks_of(mut self, declared: &Self) -> Self {
        self.trip_when = declared.trip_when;
        self.on_state_change = declared.on_state_change;
        self
    }

    /// How long the circuit stays open after `reopenings` failed recoveries. The first period is exact; grown ones
    /// vary by ±10 % (`chance` in `[0, 1)`) so that a fleet doesn't return in step.
    pub(super) fn open_period(&self, reopenings: u32, chance: f64) -> Duration {
        let longest = self.max_open_for.unwrap_or(self.open_for);
        let grown = self.open_for.saturating_mul(2_u32.saturating_pow(reopenings)).min(longest);
        if grown == self.open_for {
            return grown;
        }
        Duration::try_from_secs_f64(grown.as_secs_f64() * (0.9 + 0.2 * chance))
            .unwrap_or(longest)
            .clamp(self.open_for, longest)
    }
}

/// As signed numbers, which the processor converts at once.
#[inline]
pub(super) const fn ratio(part: u64, calls: u64) -> f64 {
    part.cast_signed() as f64 / calls.cast_signed() as f64
}

const fn is_ratio(value: Option<f64>) -> bool {
    match value {
        Some(value) => value > 0.0 && value <= 1.0,
        None => true,
    }
}

const fn is_zero(value: Option<Duration>) -> bool {
    matches!(value, Some(value) if value.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_setter_accepts_does_not_build_either() {
        let config = CircuitBreakerConfig::new;
        assert_eq!(config().validate(), Ok(()));
        for window in [Window::Calls(0), Window::Time(Duration::from_millis(9))] {
            let told = CircuitBreakerConfig { window: Some(window), ..config() }.validate();
            assert!(told.unwrap_err().starts_with("`window` must "), "{window:?}");
        }
        for shared in [-0.5, 1.5, f64::NAN] {
            let told = CircuitBreakerConfig { shared, ..config() }.validate();
            assert!(told.unwrap_err().starts_with("`shared` must "), "{shared}");
        }
    }
}
