//! The options of a retry: plain data, validated at construction.

use std::time::Duration;

use super::{Backoff, Jitter};
use crate::check;
#[cfg(feature = "overrides")]
use crate::grammar;
use crate::grammar::BUDGET_BURST_ALONE;
use crate::hook::Hook;
use crate::stack::RetryEvent;

/// Two more chances outlast a blip; more of them multiply the load of an outage.
const ATTEMPTS: u32 = 3;
/// Longer than a lost packet or a leader's hiccup, shorter than a user notices.
const DELAY: Duration = Duration::from_millis(100);
/// Doubling gives way to a struggling dependency quickly.
const FACTOR: f64 = 2.0;
/// A single retry is not worth a longer wait.
const MAX_DELAY: Duration = Duration::from_secs(10);
/// What a person or a caller's own limit may still wait for; a dependency that asks for more is down for now.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
/// Enough for a burst of failures, too little for a storm.
const BUDGET_BURST: u32 = 10;

/// The options of a [`Retry`](crate::Retry), built in `const` context.
///
/// ```
/// use std::time::Duration;
/// use resilience::{Backoff, Jitter, RetryConfig};
///
/// const PATIENT: RetryConfig = RetryConfig::new()
///     .attempts(5)
///     .delay(Duration::from_millis(250))
///     .backoff(Backoff::Fibonacci)
///     .jitter(Jitter::Equal)
///     .budget(0.2);
/// ```
///
/// Each setter panics on a value out of range; in a `const` or `static` that is a compile error. Options that
/// contradict each other are found where the retry is built.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", default, deny_unknown_fields))]
pub struct RetryConfig {
    pub(super) attempts: u32,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))]
    pub(super) delay: Duration,
    pub(super) backoff: Backoff,
    pub(super) factor: f64,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    max_delay: Option<Duration>,
    pub(super) jitter: Jitter,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::duration"))]
    pub(super) max_retry_after: Duration,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_duration"))]
    pub(super) max_elapsed: Option<Duration>,
    #[cfg_attr(feature = "serde", serde(with = "crate::config_serde::optional_ratio"))]
    pub(super) budget: Option<f64>,
    budget_burst: Option<u32>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) on_retry: Hook<fn(&RetryEvent)>,
}

#[cfg(feature = "serde")]
crate::config_serde::checked!(RetryConfig);

impl Default for RetryConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// Setters, named like the attribute's options.
impl RetryConfig {
    /// Every default: 3 attempts, exponential back-off from 100 ms with full jitter.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            attempts: ATTEMPTS,
            delay: DELAY,
            backoff: Backoff::Exponential,
            factor: FACTOR,
            max_delay: None,
            jitter: Jitter::Full,
            max_retry_after: MAX_RETRY_AFTER,
            max_elapsed: None,
            budget: None,
            budget_burst: None,
            on_retry: Hook::NONE,
        }
    }

    /// How often the body runs at most, the first time included (≥ 1, default 3).
    #[must_use]
    #[track_caller]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = check::count(attempts);
        self
    }

    /// The delay after the first failure, from which the back-off grows (default 100 ms; zero retries at once).
    #[must_use]
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// How the delay grows (default [`Exponential`](Backoff::Exponential)).
    #[must_use]
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// What an exponential back-off multiplies the delay by (≥ 1 and finite, default 2.0).
    #[must_use]
    #[track_caller]
    pub const fn factor(mut self, factor: f64) -> Self {
        self.factor = check::factor(factor);
        self
    }

    /// No delay is longer than this, unless the failure itself asks for it with a `retry_after`
    /// (> 0, ≥ [`delay`](Self::delay); default 10 s, or `delay` where that is longer).
    #[must_use]
    #[track_caller]
    pub const fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = Some(check::positive(max_delay));
        self
    }

    /// How chance spreads the delay (default [`Full`](Jitter::Full)).
    #[must_use]
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The longest wait that a failure may ask for, by a `retry_after` of the error or of a rejection: one that asks for
    /// more ends the retries at once (default 60 s).
    #[must_use]
    pub const fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// No retry is begun, nor slept for, that far after the start of the call (> 0, off by default). It doesn't cut
    /// a running attempt off: a [`Timeout`](crate::Timeout) does.
    #[must_use]
    #[track_caller]
    pub const fn max_elapsed(mut self, max_elapsed: Duration) -> Self {
        self.max_elapsed = Some(check::positive(max_elapsed));
        self
    }

    /// Lets retries be only this share of the calls in the long run (0 < ratio ≤ 1, off by default): each call earns
    /// that much of a token, each retry costs one, and without one the last result is returned.
    #[must_use]
    #[track_caller]
    pub const fn budget(mut self, ratio: f64) -> Self {
        self.budget = Some(check::ratio(ratio));
        self
    }

    /// How many tokens the [`budget`](Self::budget) starts with and holds at most (≥ 1, default 10).
    #[must_use]
    #[track_caller]
    pub const fn budget_burst(mut self, tokens: u32) -> Self {
        self.budget_burst = Some(check::count(tokens));
        self
    }

    /// Called before each retry's delay, under no lock; if it panics, that is logged.
    #[must_use]
    pub const fn on_retry(mut self, hook: fn(&RetryEvent)) -> Self {
        self.on_retry = Hook::new(hook);
        self
    }
}

/// What the options mean together.
impl RetryConfig {
    /// What is wrong with them, and how to mend it. What was deserialised meets the setters' checks here.
    pub(crate) const fn validate(&self) -> Result<(), &'static str> {
        if let Some(longest) = self.max_delay
            && check::shorter(longest, self.delay)
        {
            return Err("`max_delay` is shorter than `delay`: raise it");
        }
        if self.budget_burst.is_some() && self.budget.is_none() {
            return Err(BUDGET_BURST_ALONE);
        }
        self.validate_ranges()
    }

    /// The same with the figures in it.
    #[cfg(feature = "overrides")]
    pub(crate) fn conflict(&self) -> Option<String> {
        let short = self.max_delay.is_some_and(|longest| longest < self.delay);
        short.then(|| grammar::too_short("max_delay", "delay", self.delay))
    }

    #[cfg(feature = "overrides")]
    pub(crate) fn grows_by_factor(&self) -> bool {
        self.backoff == Backoff::Exponential
    }

    const fn validate_ranges(&self) -> Result<(), &'static str> {
        if self.attempts == 0 {
            return Err("`attempts` counts the first one too: it must be at least 1");
        }
        if !(self.factor >= 1.0 && self.factor.is_finite()) {
            return Err("`factor` must be at least 1 and finite");
        }
        if matches!(self.max_delay, Some(limit) if limit.is_zero()) {
            return Err("`max_delay` must be longer than zero");
        }
        if matches!(self.max_elapsed, Some(limit) if limit.is_zero()) {
            return Err("`max_elapsed` must be longer than zero");
        }
        if matches!(self.budget, Some(ratio) if !(ratio > 0.0 && ratio <= 1.0)) {
            return Err("`budget` must be above 0 and at most 1");
        }
        if matches!(self.budget_burst, Some(0)) {
            return Err("`budget_burst` must be at least 1");
        }
        Ok(())
    }

    /// The default gives way to a longer `delay`.
    pub(super) fn longest_delay(&self) -> Duration {
        self.max_delay.unwrap_or(MAX_DELAY.max(self.delay))
    }

    pub(crate) const fn attempts_at_most(&self) -> u32 {
        self.attempts
    }

    pub(super) const fn burst(&self) -> u32 {
        match self.budget_burst {
            Some(tokens) => tokens,
            None => BUDGET_BURST,
        }
    }
}
