//! Events as texts that a test compares.

use crate::rejection::Rejection;
#[cfg(feature = "overrides")]
use crate::stack::event::BY_HAND;
use crate::stack::event::Event;

/// Nothing for what the program itself changed: a test knows what it has changed.
#[cfg_attr(
    not(feature = "overrides"),
    expect(clippy::unnecessary_wraps, reason = "changes by hand are told with overrides alone")
)]
pub(super) fn text(event: &Event) -> Option<String> {
    match event {
        #[cfg(feature = "overrides")]
        Event::Reconfigured { source, .. } if &**source == BY_HAND => None,
        event => Some(told(event)),
    }
}

fn told(event: &Event) -> String {
    let rejection = |what: &str, rejection: &Rejection| format!("{what} {}", rejection.kind());
    match event {
        Event::StateChanged(change) => format!("state_changed {}->{}", change.from, change.to),
        Event::Rejected { rejection: it, .. } => rejection("rejected", it),
        Event::WouldReject { rejection: it, .. } => rejection("would_reject", it),
        Event::Retried(retry) => format!("retried {}", retry.attempt),
        Event::FellBack { step, .. } => format!("fell_back {step}"),
        Event::Hedged { attempt, .. } => format!("hedged {attempt}"),
        Event::LimitChanged { from, to, .. } => format!("limit_changed {from}->{to}"),
        Event::Administered { action, .. } => format!("administered {action}"),
        #[cfg(feature = "overrides")]
        Event::Reconfigured { changes, .. } => format!("reconfigured {}", changes.join(", ")),
        #[cfg(feature = "overrides")]
        Event::ReloadRefused { problems } => format!("reload_refused {}", problems.join(", ")),
        #[cfg(feature = "redis")]
        Event::SharedLost => "shared_lost".to_owned(),
        #[cfg(feature = "redis")]
        Event::SharedBack => "shared_back".to_owned(),
        Event::Missed { events } => format!("missed {events}"),
    }
}
