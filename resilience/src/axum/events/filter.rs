//! What a reader asks for: which kind, which policy, and from where on.

use ::axum::extract::Query;
use ::axum::http::{HeaderMap, Request};
use serde::Deserialize;

use super::ring::Id;
use crate::kind::PolicyKind;
use crate::stack::event::Event;

/// What a reader asks for.
#[derive(Default)]
pub(super) struct EventFilter {
    kind: Option<PolicyKind>,
    policy: Option<String>,
    /// Whether calls are left out: changes of policies alone.
    changes: bool,
    /// The last event that it has seen; `Err` when that is none of ours: the program has started anew since.
    pub(super) last_seen: Option<Result<Id, ()>>,
}

#[derive(Deserialize)]
struct Wanted {
    kind: Option<String>,
    policy: Option<String>,
    #[serde(default)]
    changes: bool,
}

impl EventFilter {
    pub(super) fn of<B>(request: &Request<B>) -> Result<Self, String> {
        let filter = Query::<Wanted>::try_from_uri(request.uri());
        let Query(Wanted { kind, policy, changes }) =
            filter.map_err(|rejection| rejection.to_string())?;
        Ok(Self {
            kind: kind.as_deref().map(known).transpose()?,
            policy,
            changes,
            last_seen: last_seen(request.headers()),
        })
    }

    pub(super) fn includes(&self, event: &Event) -> bool {
        self.kind.is_none_or(|kind| event.kind() == Some(kind))
            && self.policy.as_deref().is_none_or(|policy| event.policy() == Some(policy))
            && (!self.changes || is_change(event))
    }
}

/// Whether it is about a policy, and not about one of its calls.
fn is_change(event: &Event) -> bool {
    match event {
        Event::StateChanged(_) | Event::Administered { .. } | Event::Missed { .. } => true,
        #[cfg(feature = "overrides")]
        Event::Reconfigured { .. } | Event::ReloadRefused { .. } => true,
        _ => false,
    }
}

fn known(kind: &str) -> Result<PolicyKind, String> {
    let all = || PolicyKind::ALL.map(PolicyKind::as_str).join(", ");
    let found = PolicyKind::ALL.into_iter().find(|known| known.as_str() == kind);
    found.ok_or_else(|| format!("there is no kind `{kind}`: it is one of {}", all()))
}

fn last_seen(headers: &HeaderMap) -> Option<Result<Id, ()>> {
    let id = headers.get("last-event-id")?.to_str().ok()?;
    (!id.is_empty()).then(|| Id::parse(id).ok_or(()))
}
