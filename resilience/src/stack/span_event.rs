//! What happens to a call, as events of the OpenTelemetry span that the caller is in.

use std::time::Duration;

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, KeyValue, Value};

use super::RetryEvent;
use crate::circuit_state::StateChange;
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::stack::inspect::ErrorText;

/// Whether the caller is in a span.
#[inline]
pub(super) fn is_heard() -> bool {
    Context::map_current(TraceContextExt::has_active_span)
}

pub(super) fn state_changed(change: &StateChange, error: Option<&str>) {
    add("resilience.state_change", change.kind, change.policy, || {
        let mut facts = vec![
            KeyValue::new("resilience.state", change.to.as_str()),
            KeyValue::new("resilience.state.previous", change.from.as_str()),
            KeyValue::new("resilience.cause", change.cause.as_str()),
        ];
        facts.extend(error.map(|error| KeyValue::new("resilience.error", error.to_owned())));
        facts
    });
}

pub(super) fn rejected(kind: PolicyKind, rejection: &Rejection) {
    add("resilience.rejected", kind, rejection.name(), || {
        let mut facts = vec![KeyValue::new("resilience.rejection", rejection.kind().as_str())];
        facts.extend(rejection.retry_after().map(delay));
        facts
    });
}

pub(super) fn retried(retry: &RetryEvent, error: ErrorText<'_>) {
    add("resilience.retry", PolicyKind::Retry, retry.policy, || {
        with_error(vec![attempt(retry.attempt), delay(retry.delay)], error)
    });
}

pub(super) fn fell_back(policy: Name, step: u32, error: ErrorText<'_>) {
    add("resilience.fallback", PolicyKind::Fallback, policy, || {
        with_error(vec![KeyValue::new("resilience.step", i64::from(step))], error)
    });
}

pub(super) fn hedged(policy: Name, number: u32) {
    add("resilience.hedge", PolicyKind::Hedge, policy, || vec![attempt(number)]);
}

/// Adds an event to the caller's span, if there is one that records. `facts` may run code of the user's: the context is
/// not borrowed then.
fn add(event: &'static str, kind: PolicyKind, policy: Name, facts: impl FnOnce() -> Vec<KeyValue>) {
    if !Context::map_current(|context| context.span().is_recording()) {
        return;
    }
    let mut attributes = facts();
    attributes.push(KeyValue::new("resilience.policy.name", Value::from(policy.as_str())));
    attributes.push(KeyValue::new("resilience.policy.kind", kind.as_str()));
    Context::map_current(|context| context.span().add_event(event, attributes));
}

fn with_error(mut facts: Vec<KeyValue>, error: ErrorText<'_>) -> Vec<KeyValue> {
    facts.extend(error.line().map(|error| KeyValue::new("resilience.error", error)));
    facts
}

fn attempt(number: u32) -> KeyValue {
    KeyValue::new("resilience.attempt", i64::from(number))
}

fn delay(delay: Duration) -> KeyValue {
    KeyValue::new("resilience.delay_ms", i64::try_from(delay.as_millis()).unwrap_or(i64::MAX))
}
