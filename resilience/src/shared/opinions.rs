//! The replicas' opinions, exchanged once a second for each shared circuit breaker, and at once when one changes.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::JoinSet;

use super::guarded::Guarded;
use crate::circuit_breaker::CircuitBreaker;
use crate::fleet::link;
use crate::fleet::store::Store;
use crate::registry::registry;

const EVERY: Duration = Duration::from_secs(1);
/// Many breakers, and many calls that wait for a trial, may have something to say in one moment.
const SETTLED: Duration = Duration::from_millis(20);

/// Goes on until another store is connected to.
pub(super) async fn exchange<S: Store>(store: Weak<Guarded<S>>, replica: Arc<str>) {
    while let Some(guarded) = store.upgrade() {
        let nudged = link::nudged();
        say_all(&guarded, &replica).await;
        drop(guarded);
        tokio::time::sleep(SETTLED).await;
        // Woken or not: it is time.
        let _ = tokio::time::timeout(EVERY, nudged).await;
    }
}

/// All at once: what they have to say goes over the connection together.
async fn say_all<S: Store>(store: &Arc<Guarded<S>>, replica: &Arc<str>) {
    let mut speakers = JoinSet::new();
    for breaker in registry().circuit_breakers() {
        if let Some(quorum) = breaker.config().quorum() {
            let (store, replica) = (Arc::clone(store), Arc::clone(replica));
            speakers.spawn(async move { say(&store, breaker, quorum, &replica).await });
        }
    }
    while speakers.join_next().await.is_some() {}
}

/// While the store is lost, each breaker is on its own.
async fn say<S: Store>(store: &Guarded<S>, breaker: &CircuitBreaker, quorum: f64, replica: &str) {
    let opinion = breaker.opinion(link::replicas());
    match store.ask(|store| store.opine(&breaker.name(), replica, opinion)).await {
        Ok(verdict) => breaker.heed(verdict, quorum, link::replicas()),
        Err(_) => breaker.unsaid(opinion.word),
    }
}
