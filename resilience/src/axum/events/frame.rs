//! An event as server-sent text: its number, and one line of JSON.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::axum::body::Bytes;
use serde::Serialize;

use super::ring::{Entry, Id};
use crate::axum::access::Audience;
use crate::circuit_state::{Cause, CircuitState, Counts, StateChange};
use crate::kind::PolicyKind;
use crate::rejection::Rejection;
use crate::stack::RetryEvent;
use crate::stack::event::Event;

/// One event, the facts that its kind doesn't have left out.
#[derive(Default, Serialize)]
struct Shown<'e> {
    at_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'static str>,
    event: &'static str,
    #[serde(flatten)]
    facts: Facts<'e>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Facts<'e> {
    Change {
        from: CircuitState,
        to: CircuitState,
        cause: Cause,
        counts: Counts,
    },
    Wait {
        retry_after_ms: Option<f64>,
    },
    Limit {
        limit: u32,
    },
    TimedOut {
        after_ms: f64,
    },
    Retried {
        attempt: u32,
        delay_ms: f64,
        call_id: String,
    },
    FellBack {
        step: u32,
    },
    Hedged {
        attempt: u32,
    },
    LimitChange {
        from: u32,
        to: u32,
    },
    Administered {
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        action: &'static str,
        by: &'e str,
        reason: Option<&'e str>,
    },
    #[cfg(feature = "overrides")]
    Reconfigured {
        changes: Option<&'e [String]>,
        source: Option<&'e str>,
    },
    #[cfg(feature = "overrides")]
    Refused {
        problems: Option<&'e [String]>,
    },
    None {},
}

impl Default for Facts<'_> {
    fn default() -> Self {
        Self::None {}
    }
}

pub(super) fn of(entry: &Entry, audience: Audience) -> Bytes {
    let (event, facts) = (word(&entry.event), facts(&entry.event, audience));
    let (kind, policy) = (entry.event.kind().map(PolicyKind::as_str), entry.event.policy());
    let shown = Shown { at_ms: unix_millis(entry.at), kind, policy, event, facts };
    frame(entry.id, &shown)
}

/// The frame that says how many events a reader lost before number `next`; `None`: an unknown number.
pub(super) fn missed(events: Option<u64>, next: u64) -> Bytes {
    #[derive(Serialize)]
    struct Missed {
        at_ms: u64,
        event: &'static str,
        events: Option<u64>,
    }
    let missed = Missed { at_ms: unix_millis(SystemTime::now()), event: "missed", events };
    match next.checked_sub(1) {
        Some(last) => frame(Id(last), &missed),
        None => line(&missed).into(),
    }
}

fn frame(id: Id, shown: &impl Serialize) -> Bytes {
    let mut text = String::new();
    // Writing to a string doesn't fail.
    let _ = writeln!(text, "id: {id}");
    text.push_str(&line(shown));
    text.into()
}

fn line(shown: &impl Serialize) -> String {
    format!("data: {}\n\n", serde_json::to_string(shown).unwrap_or_default())
}

/// What happened, in a word.
fn word(event: &Event) -> &'static str {
    match event {
        Event::StateChanged(_) => "state_changed",
        Event::Rejected { rejection, .. } => rejection.kind().as_str(),
        Event::WouldReject { .. } => "would_reject",
        Event::Retried(_) => "retried",
        Event::FellBack { .. } => "fell_back",
        Event::Hedged { .. } => "hedged",
        Event::LimitChanged { .. } => "limit_changed",
        Event::Administered { .. } => "administered",
        #[cfg(feature = "overrides")]
        Event::Reconfigured { .. } => "reconfigured",
        #[cfg(feature = "overrides")]
        Event::ReloadRefused { .. } => "reload_refused",
        #[cfg(feature = "redis")]
        Event::SharedLost => "shared_lost",
        #[cfg(feature = "redis")]
        Event::SharedBack => "shared_back",
        Event::Missed { .. } => "missed",
    }
}

fn facts(event: &Event, audience: Audience) -> Facts<'_> {
    match event {
        Event::StateChanged(change) => how_changed(change),
        Event::Rejected { rejection, .. } | Event::WouldReject { rejection, .. } => {
            why_rejected(rejection)
        }
        Event::Retried(retry) => how_retried(retry),
        Event::FellBack { step, .. } => Facts::FellBack { step: *step },
        Event::Hedged { attempt, .. } => Facts::Hedged { attempt: *attempt },
        Event::LimitChanged { from, to, .. } => Facts::LimitChange { from: *from, to: *to },
        Event::Administered { key, action, by, reason, .. } => {
            let (key, reason) = (key.as_deref().map(|key| audience.key(key)), reason.as_deref());
            Facts::Administered { key, action, by, reason }
        }
        #[cfg(feature = "overrides")]
        Event::Reconfigured { changes, source, .. } => Facts::Reconfigured {
            changes: details(changes, audience),
            source: details(source, audience),
        },
        #[cfg(feature = "overrides")]
        Event::ReloadRefused { problems } => {
            Facts::Refused { problems: details(problems, audience) }
        }
        #[cfg(feature = "redis")]
        Event::SharedLost | Event::SharedBack => Facts::default(),
        Event::Missed { .. } => Facts::default(),
    }
}

/// Values and paths of files are the operators' own.
#[cfg(feature = "overrides")]
fn details<T: ?Sized>(details: &T, audience: Audience) -> Option<&T> {
    audience.sees_details().then_some(details)
}

fn how_changed(change: &StateChange) -> Facts<'static> {
    let StateChange { from, to, cause, counts, .. } = *change;
    Facts::Change { from, to, cause, counts }
}

fn how_retried(retry: &RetryEvent) -> Facts<'static> {
    let (delay_ms, call_id) = (millis(retry.delay), retry.call_id.to_string());
    Facts::Retried { attempt: retry.attempt, delay_ms, call_id }
}

fn why_rejected(rejection: &Rejection) -> Facts<'static> {
    match *rejection {
        Rejection::CircuitOpen { retry_after, .. } | Rejection::RateLimited { retry_after, .. } => {
            Facts::Wait { retry_after_ms: retry_after.map(millis) }
        }
        Rejection::BulkheadFull { limit, .. } => Facts::Limit { limit },
        Rejection::TimedOut { after, .. } => Facts::TimedOut { after_ms: millis(after) },
        Rejection::DeadlineExceeded { .. } => Facts::default(),
        #[cfg(feature = "test-util")]
        Rejection::Injected { .. } => Facts::default(),
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

pub(super) fn unix_millis(at: SystemTime) -> u64 {
    u64::try_from(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
