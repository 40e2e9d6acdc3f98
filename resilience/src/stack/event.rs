//! What happens to calls, written to the log (`tracing`) and sent to subscribers.
//!
//! Telling never waits: the log decides by its own filter, listeners read from a bounded ring and are told what they
//! missed. Without listeners an event costs one load.

use std::fmt::{self, Debug};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::broadcast::{self, error::RecvError};
use tracing::field::display;

use super::RetryEvent;
use crate::circuit_state::StateChange;
use crate::hook;
use crate::kind::{PolicyKind, with_kinds};
use crate::name::{Name, one_line};
use crate::rejection::Rejection;
use crate::stack::inspect::ErrorText;
use crate::stack::occasion::Occasion;
#[cfg(feature = "opentelemetry")]
use crate::stack::span_event;

/// How many events a listener may fall behind.
const CAPACITY: usize = 1024;

static LISTENERS: AtomicUsize = AtomicUsize::new(0);
static EVENTS: LazyLock<broadcast::Sender<Event>> =
    LazyLock::new(|| broadcast::Sender::new(CAPACITY));

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
    /// Overrides gave a policy other options, another mode or another state.
    #[cfg(feature = "overrides")]
    #[non_exhaustive]
    Reconfigured {
        /// The kind of the policy.
        kind: PolicyKind,
        /// Its name.
        policy: Name,
        /// Each change, as a [`Plan`](crate::overrides::Plan) shows it.
        changes: Arc<[String]>,
        /// Where the first of them was written.
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
pub(super) fn are_changes_heard() -> bool {
    tracing::level_enabled!(tracing::Level::WARN) || is_in_span()
}

#[inline]
fn are_listening() -> bool {
    LISTENERS.load(Ordering::Relaxed) > 0
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

#[inline]
fn broadcast(event: impl FnOnce() -> Event) {
    if are_listening() {
        let event = event();
        #[cfg(feature = "test-util")]
        super::recorder::record(&event);
        // Without a receiver left the event goes nowhere.
        let _ = EVENTS.send(event);
    }
}

/// Everything that happens from now on, as a [`Stream`]. See [`Registry::events`](crate::Registry::events).
#[must_use = "streams do nothing unless polled"]
pub struct Events {
    next: Pin<Box<dyn Future<Output = Next> + Send>>,
    _listening: Listening,
}

type Next = (Result<Event, RecvError>, broadcast::Receiver<Event>);

impl Events {
    pub(crate) fn subscribe() -> Self {
        let listening = Listening::start();
        Self { next: Box::pin(receive(EVENTS.subscribe())), _listening: listening }
    }
}

async fn receive(mut from: broadcast::Receiver<Event>) -> Next {
    (from.recv().await, from)
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let (event, receiver) = ready!(self.next.as_mut().poll(cx));
        self.next = Box::pin(receive(receiver));
        Poll::Ready(match event {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(events)) => Some(Event::Missed { events }),
            Err(RecvError::Closed) => None,
        })
    }
}

impl Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// Counted while it lives, so that events without readers cost nothing.
#[derive(Debug)]
pub(super) struct Listening;

impl Listening {
    pub(super) fn start() -> Self {
        LISTENERS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::Relaxed);
    }
}
