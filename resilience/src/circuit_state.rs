//! The words for a circuit breaker's state: states, causes, counts, changes. Events speak of them too.

use std::fmt;

use crate::kind::PolicyKind;
use crate::name::Name;

/// The state of a circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum CircuitState {
    /// Calls pass and are judged.
    Closed,
    /// Calls are rejected until the open period is over.
    Open,
    /// A few trial calls pass; they decide.
    HalfOpen,
    /// Opened by hand: calls are rejected until a reset.
    ForcedOpen,
    /// Closed by hand: calls pass, nothing is judged until a reset.
    ForcedClosed,
}

impl CircuitState {
    /// Every state, in a fixed order.
    pub const ALL: [Self; 5] =
        [Self::Closed, Self::Open, Self::HalfOpen, Self::ForcedOpen, Self::ForcedClosed];

    /// The state as it is shown: `closed`, `open`, `half-open`, `forced-open`, `forced-closed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::ForcedOpen => "forced-open",
            Self::ForcedClosed => "forced-closed",
        }
    }
}

impl fmt::Display for CircuitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a breaker changed its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Cause {
    /// Failures / calls reached `failure_rate`.
    FailureRate,
    /// Slow calls / calls reached `slow_rate`.
    SlowRate,
    /// `consecutive_failures` in a row.
    ConsecutiveFailures,
    /// The rule given as `trip_when` returned true.
    TripWhen,
    /// A trial call failed.
    TrialFailed,
    /// A trial call was slow.
    TrialSlow,
    /// The open period was over when a call came.
    OpenElapsed,
    /// `half_open_calls` trial calls succeeded.
    TrialsSucceeded,
    /// `force_open` or `force_close` was called.
    Forced,
    /// `reset` was called.
    Reset,
    /// The other replicas of the service say so.
    Shared,
}

impl Cause {
    /// The cause in `snake_case`, as it appears in events and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FailureRate => "failure_rate",
            Self::SlowRate => "slow_rate",
            Self::ConsecutiveFailures => "consecutive_failures",
            Self::TripWhen => "trip_when",
            Self::TrialFailed => "trial_failed",
            Self::TrialSlow => "trial_slow",
            Self::OpenElapsed => "open_elapsed",
            Self::TrialsSucceeded => "trials_succeeded",
            Self::Forced => "forced",
            Self::Reset => "reset",
            Self::Shared => "shared",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What the breaker saw in its window (or since the last change of state, where it has none).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Counts {
    /// Finished calls: successes + failures + ignored. With a count window, since the last change of state.
    pub requests: u64,
    /// Calls that succeeded.
    pub successes: u64,
    /// Calls that failed.
    pub failures: u64,
    /// Calls whose outcome says nothing. With a count window, since the last change of state.
    pub ignored: u64,
    /// Of the calls that succeeded or failed, those that took at least `slow_call`.
    pub slow: u64,
    /// Successes since the last failure or change of state.
    pub consecutive_successes: u64,
    /// Failures since the last success or change of state.
    pub consecutive_failures: u64,
}

impl Counts {
    /// The calls that a rate is taken over: successes and failures.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.successes + self.failures
    }
}

/// A breaker went from one state to another.
///
/// Hooks, events and log lines get the changes of one breaker in the order of their generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StateChange {
    /// What the breaker speaks as: a circuit breaker, or the health check that it belongs to.
    pub kind: PolicyKind,
    /// The breaker's name.
    pub policy: Name,
    /// The state it left.
    pub from: CircuitState,
    /// The state it is in now.
    pub to: CircuitState,
    /// Why.
    pub cause: Cause,
    /// The breaker's generation since this change: it grows with every change and every reset.
    pub generation: u64,
    /// What the breaker had counted when it left that state; this change zeroes it.
    pub counts: Counts,
}
