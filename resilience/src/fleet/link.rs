//! The store that the program has connected to, as policies see it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::ask::{Answer, Ask, Refund};
use super::counts::Counts;
use super::store::Reply;
use crate::circuit_state::CircuitState;
use crate::name::{Name, one_line};

/// What a limit is called at the store, and where its questions are counted.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) policy: Name,
    pub(crate) key: Option<Arc<str>>,
    pub(crate) counts: Arc<Counts>,
}

/// A store that answers in time or not at all.
pub(crate) trait Link: Send + Sync {
    /// Takes turns. An error means that the store is lost, or has failed just now.
    fn take(self: Arc<Self>, place: Place, ask: Ask) -> Reply<Answer>;

    /// Gives turns back, if it can.
    fn give_back(self: Arc<Self>, place: Place, refund: Refund) -> Reply<()>;

    /// Forces the circuit breakers of that name into a state, in all replicas; `None` ends it.
    fn force(self: Arc<Self>, policy: String, state: Option<CircuitState>) -> Reply<()>;

    /// Whether it isn't asked at present, because it has not answered.
    fn is_lost(&self) -> bool;
}

static LINK: RwLock<Option<Arc<dyn Link>>> = RwLock::new(None);
static REPLICAS: AtomicU32 = AtomicU32::new(1);

/// The one in force.
pub(crate) fn link() -> Option<Arc<dyn Link>> {
    LINK.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Puts another one in force.
pub(crate) fn connect(link: Arc<dyn Link>) {
    *LINK.write().unwrap_or_else(PoisonError::into_inner) = Some(link);
}

static NUDGE: Notify = Notify::const_new();

/// A shared breaker has something to say.
pub(crate) fn nudge() {
    NUDGE.notify_waiters();
}

/// Ends when one has since this was called.
pub(crate) fn nudged() -> Notified<'static> {
    NUDGE.notified()
}

/// How many replicas there are, as far as the store has said; else one.
pub(crate) fn replicas() -> u32 {
    REPLICAS.load(Relaxed)
}

/// Notes how many replicas there are.
pub(crate) fn learn_replicas(count: u32) {
    REPLICAS.store(count.max(1), Relaxed);
}

/// Says once that a shared limit is not shared yet.
#[cold]
pub(crate) fn warn_unconnected(policy: Name) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    if !WARNED.swap(true, Relaxed) {
        tracing::warn!(
            target: "resilience::rate_limit", policy = &*one_line(&policy), event = "not_connected",
            "a shared limit acts locally until `resilience::shared::connect` is called"
        );
    }
}
