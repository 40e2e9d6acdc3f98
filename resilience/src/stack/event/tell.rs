//! What happens, a function each: a line in the log, an event on the span, an event for subscribers.
//!
//! Telling never waits: the log decides by its own filter.

use tracing::field::display;

use super::Event;
use super::subscribers::{are_listening, broadcast};
use crate::circuit_state::StateChange;
use crate::hook;
use crate::kind::{PolicyKind, with_kinds};
use crate::name::{Name, one_line};
use crate::rejection::Rejection;
use crate::stack::RetryEvent;
use crate::stack::inspect::ErrorText;
use crate::stack::occasion::Occasion;
#[cfg(feature = "opentelemetry")]
use crate::stack::span_event;

/// Logs under the kind's target. `tracing` wants it at compile time: one arm per kind.
macro_rules! log {
    ($kind:expr, $level:ident, $($fields:tt)*) => {
        with_kinds!(log_by_kind [$kind, $level, ($($fields)*)])
    };
}

macro_rules! log_by_kind {
    ([$kind:expr, $level:ident, $fields:tt] $($one:ident $word:literal $list:literal $words:literal $doc:literal;)*) => {
        match $kind {
            $(PolicyKind::$one => log_at!($level, concat!("resilience::", $word), $fields),)*
        }
    };
}

macro_rules! log_at {
    ($level:ident, $target:expr, ($($fields:tt)*)) => {
        tracing::$level!(target: $target, $($fields)*)
    };
}

/// Tells of a change, in the log within the span of the call that made it.
pub(crate) fn state_changed(
    change: &StateChange,
    occasion: &Occasion,
    listener: Option<fn(&StateChange)>,
) {
    let StateChange { kind, policy, from, to, cause, generation, counts } = change;
    log!(
        kind, warn, parent: &occasion.span, policy = &*one_line(policy), event = "state_changed", %from, %to, %cause,
        generation, error = occasion.error.as_deref().map(display), requests = counts.requests,
        successes = counts.successes, failures = counts.failures, ignored = counts.ignored, slow = counts.slow,
        consecutive_successes = counts.consecutive_successes, consecutive_failures = counts.consecutive_failures
    );
    broadcast(|| Event::StateChanged(*change));
    if let Some(listener) = listener {
        hook::shielded(*policy, "on_state_change", || listener(change));
    }
}

/// Whether anybody could want to know of a rejection: when they come, they come in numbers.
#[inline]
pub(crate) fn is_heard() -> bool {
    tracing::level_enabled!(tracing::Level::DEBUG) || are_listening() || is_in_span()
}

/// Whether the error behind a change of state would be told.
pub(in crate::stack) fn are_changes_heard() -> bool {
    tracing::level_enabled!(tracing::Level::WARN) || is_in_span()
}

#[inline]
fn is_in_span() -> bool {
    #[cfg(feature = "opentelemetry")]
    return span_event::is_heard();
    #[cfg(not(feature = "opentelemetry"))]
    return false;
}

pub(crate) fn rejected(kind: PolicyKind, rejection: &Rejection) {
    if is_heard() {
        tell_rejected(kind, rejection);
    }
}

#[cold]
#[inline(never)]
fn tell_rejected(kind: PolicyKind, rejection: &Rejection) {
    log_rejected(kind, rejection);
    #[cfg(feature = "opentelemetry")]
    span_event::rejected(kind, rejection);
    broadcast(|| Event::Rejected { kind, rejection: *rejection });
}

fn log_rejected(kind: PolicyKind, rejection: &Rejection) {
    let (policy, event) = (one_line(rejection.policy()), rejection.kind().as_str());
    let policy = &*policy;
    match rejection {
        Rejection::CircuitOpen { retry_after, .. } | Rejection::RateLimited { retry_after, .. } => {
            log!(kind, debug, policy, event, ?retry_after);
        }
        Rejection::BulkheadFull { limit, .. } => log!(kind, debug, policy, event, limit),
        Rejection::TimedOut { after, .. } => log!(kind, debug, policy, event, ?after),
        Rejection::DeadlineExceeded { .. } => log!(kind, debug, policy, event),
        #[cfg(feature = "test-util")]
        Rejection::Injected { .. } => log!(kind, debug, policy, event),
    }
}

/// A rejection that an observing policy would have made.
#[cold]
pub(crate) fn would_reject(kind: PolicyKind, rejection: &Rejection) {
    let policy = rejection.policy();
    log!(kind, debug, policy, event = "would_reject", rejection = rejection.kind().as_str());
    broadcast(|| Event::WouldReject { kind, rejection: *rejection });
}

/// Tells listeners; the log was written where the details are.
#[cfg(feature = "overrides")]
pub(crate) fn announce(event: Event) {
    broadcast(|| event);
}

/// The store of what replicas share is left alone from now on.
#[cfg(feature = "redis")]
pub(crate) fn shared_lost() {
    tracing::warn!(target: "resilience::shared", event = "lost");
    broadcast(|| Event::SharedLost);
}

/// It is asked again.
#[cfg(feature = "redis")]
pub(crate) fn shared_back() {
    tracing::info!(target: "resilience::shared", event = "back");
    broadcast(|| Event::SharedBack);
}

pub(crate) fn retried(retry: &RetryEvent, error: ErrorText<'_>, listener: Option<fn(&RetryEvent)>) {
    let RetryEvent { policy, attempt, delay, call_id, .. } = retry;
    tracing::debug!(target: "resilience::retry", policy = &*one_line(policy), event = "retried", attempt, ?delay, %call_id, error = loggable(error));
    #[cfg(feature = "opentelemetry")]
    span_event::retried(retry, error);
    broadcast(|| Event::Retried(*retry));
    if let Some(listener) = listener {
        hook::shielded(*policy, "on_retry", || listener(retry));
    }
}

/// A fallback's expression number `step` answers for `error`. With `count` it is the first answer in a minute, and this
/// many were given since the last such line.
pub(crate) fn fell_back(policy: Name, step: u32, error: ErrorText<'_>, count: Option<u64>) {
    match count {
        Some(count) => {
            tracing::warn!(target: "resilience::fallback", policy = &*one_line(&policy), event = "fell_back", step, error = loggable(error), count);
        }
        None => {
            tracing::debug!(target: "resilience::fallback", policy = &*one_line(&policy), event = "fell_back", step, error = loggable(error));
        }
    }
    #[cfg(feature = "opentelemetry")]
    span_event::fell_back(policy, step, error);
    broadcast(|| Event::FellBack { policy, step });
}

/// A fallback's expression number `step` failed, too.
pub(crate) fn fallback_failed(policy: Name, step: u32, error: ErrorText<'_>) {
    tracing::debug!(target: "resilience::fallback", policy = &*one_line(&policy), event = "fallback_failed", step, error = loggable(error));
}

/// An error as a field, in one line; nothing if it can't be shown.
fn loggable(error: ErrorText<'_>) -> Option<impl tracing::Value> {
    error.line().map(display)
}

pub(crate) fn hedged(policy: Name, attempt: u32) {
    tracing::debug!(target: "resilience::hedge", policy = &*one_line(&policy), event = "hedged", attempt);
    #[cfg(feature = "opentelemetry")]
    span_event::hedged(policy, attempt);
    broadcast(|| Event::Hedged { policy, attempt });
}

pub(crate) fn limit_changed(policy: Name, from: u32, to: u32) {
    tracing::debug!(target: "resilience::bulkhead", policy = &*one_line(&policy), event = "limit_changed", from, to);
    broadcast(|| Event::LimitChanged { policy, from, to });
}

#[cfg(feature = "axum")]
pub(crate) fn administered(
    kind: PolicyKind,
    policy: Name,
    key: Option<&str>,
    action: &'static str,
    by: &str,
    reason: Option<&str>,
) {
    let (line, by_line) = (key.map(one_line), one_line(by));
    let (key_line, reason_line) = (line.as_deref(), reason.map(one_line));
    log!(
        kind,
        warn,
        policy = &*one_line(&policy),
        event = "administered",
        key = key_line,
        action,
        by = &*by_line,
        reason = reason_line.as_deref()
    );
    let [key, reason] = [key, reason].map(|text| text.map(Into::into));
    broadcast(|| Event::Administered { kind, policy, key, action, by: by.into(), reason });
}
