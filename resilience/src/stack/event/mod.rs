//! What happens to policies and calls, written to the log (`tracing`) and sent to subscribers.
//!
//! [`tell`] a function for each thing that happens · [`subscribers`] the bounded ring that listeners read from.

#[cfg(feature = "overrides")]
mod change;
mod subscribers;
mod tell;

use std::sync::Arc;

#[cfg(feature = "overrides")]
pub(crate) use self::change::{BY_HAND, Change, tell as tell_changes};
pub use self::subscribers::Events;
#[cfg(feature = "test-util")]
pub(super) use self::subscribers::Listening;
#[cfg(feature = "axum")]
pub(crate) use self::tell::administered;
#[cfg(feature = "overrides")]
pub(crate) use self::tell::announce;
pub(super) use self::tell::are_changes_heard;
pub(crate) use self::tell::{
    fallback_failed, fell_back, hedged, is_heard, limit_changed, rejected, retried, state_changed,
    would_reject,
};
#[cfg(feature = "redis")]
pub(crate) use self::tell::{shared_back, shared_lost};
use crate::circuit_state::StateChange;
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::stack::RetryEvent;

/// Something worth knowing about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A circuit breaker changed its state.
    StateChanged(StateChange),
    /// A policy rejected a call, or it timed out.
    #[non_exhaustive]
    Rejected {
        /// The kind of the policy.
        kind: PolicyKind,
        /// What the caller gets.
        rejection: Rejection,
    },
    /// A policy that only [observes](crate::Mode::Observe) let a call pass that it would have rejected.
    #[non_exhaustive]
    WouldReject {
        /// The kind of the policy.
        kind: PolicyKind,
        /// What the caller would have got.
        rejection: Rejection,
    },
    /// A call is about to be tried again.
    Retried(RetryEvent),
    /// A fallback answers for a body that failed.
    #[non_exhaustive]
    FellBack {
        /// The fallback's name.
        policy: Name,
        /// Which of its expressions: 1 is the first.
        step: u32,
    },
    /// A hedge starts one more attempt.
    #[non_exhaustive]
    Hedged {
        /// The hedge's name.
        policy: Name,
        /// Which attempt: 2 is the first one beyond the original.
        attempt: u32,
    },
    /// An adaptive bulkhead found another limit. Told once a second at most.
    #[non_exhaustive]
    LimitChanged {
        /// The bulkhead's name.
        policy: Name,
        /// The limit that was told last.
        from: u32,
        /// The limit in force.
        to: u32,
    },
    /// A policy was changed by hand, through the admin routes.
    #[non_exhaustive]
    Administered {
        /// The kind of the policy.
        kind: PolicyKind,
        /// Its name.
        policy: Name,
        /// The key, of a breaker per key.
        key: Option<Arc<str>>,
        /// What was asked for: `force_open`, `force_close`, `reset`; of options `reconfigure` and `restore`, and
        /// `expire` when their time is over.
        action: &'static str,
        /// Who, as far as the request says.
        by: Arc<str>,
        /// Why, if the request says so.
        reason: Option<Arc<str>>,
    },
    /// Overrides, or the program itself (`reconfigure`, `set_mode`), gave a policy other options, another mode or another
    /// state.
    #[cfg(feature = "overrides")]
    #[non_exhaustive]
    Reconfigured {
        /// The kind of the policy.
        kind: PolicyKind,
        /// Its name.
        policy: Name,
        /// Each change, as a [`Plan`](crate::overrides::Plan) shows it.
        changes: Arc<[String]>,
        /// Where the first of them was written; `program` for what the program did itself.
        source: Arc<str>,
    },
    /// A watched file has changed, and is in error: what was in force still is.
    #[cfg(feature = "overrides")]
    #[non_exhaustive]
    ReloadRefused {
        /// Each problem, with its place.
        problems: Arc<[String]>,
    },
    /// The store that the replicas of the service share does not answer: limits act locally, or as `unavailable` says.
    #[cfg(feature = "redis")]
    #[non_exhaustive]
    SharedLost,
    /// The store answers again.
    #[cfg(feature = "redis")]
    #[non_exhaustive]
    SharedBack,
    /// The listener was too slow, and missed this many events.
    #[non_exhaustive]
    Missed {
        /// How many.
        events: u64,
    },
}

impl Event {
    /// The kind of the policy it is about; `None` for [`Event::Missed`], and for what is about no policy.
    #[must_use]
    pub const fn kind(&self) -> Option<PolicyKind> {
        match self {
            Self::StateChanged(change) => Some(change.kind),
            Self::Administered { kind, .. }
            | Self::Rejected { kind, .. }
            | Self::WouldReject { kind, .. } => Some(*kind),
            Self::Retried(_) => Some(PolicyKind::Retry),
            Self::FellBack { .. } => Some(PolicyKind::Fallback),
            Self::Hedged { .. } => Some(PolicyKind::Hedge),
            Self::LimitChanged { .. } => Some(PolicyKind::Bulkhead),
            #[cfg(feature = "overrides")]
            Self::Reconfigured { kind, .. } => Some(*kind),
            #[cfg(feature = "overrides")]
            Self::ReloadRefused { .. } => None,
            #[cfg(feature = "redis")]
            Self::SharedLost | Self::SharedBack => None,
            Self::Missed { .. } => None,
        }
    }

    /// The name of the policy it is about; `None` for [`Event::Missed`], and for what is about no policy.
    #[must_use]
    pub const fn policy(&self) -> Option<&'static str> {
        match self {
            Self::StateChanged(change) => Some(change.policy.as_str()),
            Self::Rejected { rejection, .. } | Self::WouldReject { rejection, .. } => {
                Some(rejection.policy())
            }
            Self::Retried(retry) => Some(retry.policy.as_str()),
            Self::FellBack { policy, .. }
            | Self::Hedged { policy, .. }
            | Self::LimitChanged { policy, .. }
            | Self::Administered { policy, .. } => Some(policy.as_str()),
            #[cfg(feature = "overrides")]
            Self::Reconfigured { policy, .. } => Some(policy.as_str()),
            #[cfg(feature = "overrides")]
            Self::ReloadRefused { .. } => None,
            #[cfg(feature = "redis")]
            Self::SharedLost | Self::SharedBack => None,
            Self::Missed { .. } => None,
        }
    }
}
