//! A store that answers in time or is left alone: a time limit per question, and a circuit breaker of its own.

use std::sync::Arc;
use std::time::Duration;

use super::question::{Abandoned, Question};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::circuit_state::{CircuitState, StateChange};
use crate::fleet::ask::{Answer, Ask, Refund};
use crate::fleet::link::{Link, Place};
use crate::fleet::settings::Settings;
use crate::fleet::store::{Failure, Reply, Store};
use crate::rejection::Rejection;
use crate::stack::event;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// What the breaker of the store is called in events and in health.
pub(crate) const NAME: &str = "resilience.shared";

/// Three questions in a row are an outage; then one a second, later one in ten, finds out whether it is over.
const BREAKER: CircuitBreakerConfig = CircuitBreakerConfig::new()
    .consecutive_failures(3)
    .open_for(Duration::from_secs(1))
    .max_open_for(Duration::from_secs(10))
    .latency(true)
    .on_state_change(announce);

/// A store behind its breaker.
pub(super) struct Guarded<S> {
    store: S,
    settings: Settings,
    breaker: Arc<CircuitBreaker>,
    abandoned: Arc<Abandoned>,
}

impl<S: Store> Guarded<S> {
    pub(super) fn new(store: S) -> Self {
        let settings = store.settings();
        let breaker = Arc::new(CircuitBreaker::new(NAME, BREAKER));
        let abandoned = Arc::new(Abandoned::new(Arc::clone(&breaker)));
        Self { store, settings, breaker, abandoned }
    }

    pub(super) fn breaker(&self) -> Arc<CircuitBreaker> {
        Arc::clone(&self.breaker)
    }

    pub(super) const fn settings(&self) -> Settings {
        self.settings
    }

    /// Asks, unless the store is lost.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&S) -> Reply<T>,
    ) -> Result<T, Failure> {
        let permit = self.breaker.try_acquire()?;
        let reply = question(&self.store);
        let answer = Question::new(reply, self.settings.timeout, &self.abandoned).await;
        match &answer {
            Ok(_) => permit.success(),
            Err(error) => {
                tracing::debug!(target: "resilience::shared", event = "failed", %error);
                permit.failure();
            }
        }
        answer
    }
}

impl<S: Store> Link for Guarded<S> {
    fn take(self: Arc<Self>, place: Place, ask: Ask) -> Reply<Answer> {
        Box::pin(async move {
            let Place { policy, key, counts } = place;
            let answer = self.ask(|store| store.take(&policy, key.as_deref(), ask)).await;
            let outcome: Option<&AtomicU64> = match &answer {
                Ok(Answer { turns: 0, .. }) => Some(&counts.refused),
                Ok(_) => Some(&counts.granted),
                // The breaker's own rejection was no request.
                Err(error) if error.is::<Rejection>() => None,
                Err(_) => Some(&counts.failed),
            };
            if let Some(outcome) = outcome {
                outcome.fetch_add(1, Relaxed);
            }
            answer
        })
    }

    fn give_back(self: Arc<Self>, place: Place, refund: Refund) -> Reply<()> {
        Box::pin(async move {
            self.ask(|store| store.give_back(&place.policy, place.key.as_deref(), refund)).await
        })
    }

    fn force(self: Arc<Self>, policy: String, state: Option<CircuitState>) -> Reply<()> {
        Box::pin(async move { self.ask(|store| store.force(&policy, state)).await })
    }

    fn is_lost(&self) -> bool {
        self.breaker.state() != CircuitState::Closed
    }
}

/// Trials in between are no news.
fn announce(change: &StateChange) {
    match (change.from, change.to) {
        (CircuitState::Closed, CircuitState::Open) => event::shared_lost(),
        (_, CircuitState::Closed) => event::shared_back(),
        _ => {}
    }
}
