//! What a check found: its status, how long it took, what went wrong.

use std::fmt;
use std::time::Duration;

/// How much of an error's text is kept, in characters.
const LONGEST_ERROR: usize = 500;

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum HealthStatus {
    /// The check passed.
    Healthy,
    /// The check failed, took too long, panicked, or has never answered.
    Unhealthy,
    /// The check has failed three times in a row and is not run for a while.
    CircuitOpen,
}

impl HealthStatus {
    /// The status as it is shown: `healthy`, `unhealthy`, `circuit_open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::CircuitOpen => "circuit_open",
        }
    }
}

impl fmt::Display for HealthStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The answer of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CheckReport {
    /// What it found.
    pub status: HealthStatus,
    /// How long it took; as JSON in milliseconds, `latency_ms`.
    #[cfg_attr(feature = "serde", serde(rename = "latency_ms", serialize_with = "as_millis"))]
    pub latency: Duration,
    /// What went wrong; at most 500 characters.
    pub error: Option<String>,
    /// How old the answer is, when it is older than a second (or than `every`, if that is shorter): a newer run has
    /// not ended yet, or the check runs in the background. As JSON in milliseconds, `age_ms`.
    #[cfg_attr(feature = "serde", serde(rename = "age_ms", serialize_with = "as_optional_millis"))]
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub age: Option<Duration>,
}

impl CheckReport {
    pub(super) fn new(status: HealthStatus, latency: Duration, error: Option<String>) -> Self {
        Self { status, latency, error: error.map(shortened), age: None }
    }

    pub(super) fn unhealthy(latency: Duration, error: String) -> Self {
        Self::new(HealthStatus::Unhealthy, latency, Some(error))
    }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_ERROR) {
        text.truncate(end);
    }
    text
}

/// To the microsecond: more digits say nothing.
#[cfg(feature = "serde")]
pub(crate) fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(feature = "serde")]
fn as_millis<S: serde::Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(millis(*duration))
}

#[cfg(feature = "serde")]
#[allow(clippy::ref_option, reason = "the signature is serde's")]
fn as_optional_millis<S: serde::Serializer>(
    duration: &Option<Duration>,
    to: S,
) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(&duration.map(millis), to)
}
