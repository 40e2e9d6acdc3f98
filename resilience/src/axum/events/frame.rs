//! An event as server-sent text: its number, and one line of JSON.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::axum::body::Bytes;
use serde::Serialize;

use super::ring::{Entry, Id};
use crate::axum::access::Audience;
use crate::circuit_state::{Cause, CircuitState, Counts};
use crate::rejection::Rejection;
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
    let (event, facts) = described(&entry.event, audience);
    let (kind, policy) = (entry.event.kind().map(crate::PolicyKind::as_str), entry.event.policy());
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

fn described(event: &Event, audience: Audience) -> (&'static str, Facts<'_>) {
    #[cfg(feature = "overrides")]
    let details = audience.sees_details();
    match event {
        Event::StateChanged(change) => (
            "state_changed",
            Facts::Change {
                from: change.from,
                to: change.to,
                cause: change.cause,
                counts: change.counts,
            },
        ),
        Event::Rejected { rejection, .. } => (rejection.kind().as_str(), why_rejected(rejection)),
        Event::WouldReject { rejection, .. } => ("would_reject", why_rejected(rejection)),
        Event::Retried(retry) => {
            let (attempt, delay_ms, call_id) =
                (retry.attempt, millis(retry.delay), retry.call_id.to_string());
            ("retried", Facts::Retried { attempt, delay_ms, call_id })
        }
        Event::FellBack { step, .. } => ("fell_back", Facts::FellBack { step: *step }),
        Event::Hedged { attempt, .. } => ("hedged", Facts::Hedged { attempt: *attempt }),
        Event::LimitChanged { from, to, .. } => {
            ("limit_changed", Facts::LimitChange { from: *from, to: *to })
        }
        Event::Administered { key, action, by, reason, .. } => {
            let (key, reason) = (key.as_deref().map(|key| audience.key(key)), reason.as_deref());
            ("administered", Facts::Administered { key, action, by, reason })
        }
        // Values and paths of files are the operators' own.
        #[cfg(feature = "overrides")]
        Event::Reconfigured { changes, source, .. } => {
            let (changes, source) = (details.then_some(&**changes), details.then_some(&**source));
            ("reconfigured", Facts::Reconfigured { changes, source })
        }
        #[cfg(feature = "overrides")]
        Event::ReloadRefused { problems } => {
            ("reload_refused", Facts::Refused { problems: details.then_some(&**problems) })
        }
        #[cfg(feature = "redis")]
        Event::SharedLost => ("shared_lost", Facts::default()),
        #[cfg(feature = "redis")]
        Event::SharedBack => ("shared_back", Facts::default()),
        Event::Missed { .. } => ("missed", Facts::default()),
    }
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
