//! This replica among the others: it says that it is there, and learns how many they are.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;

use super::guarded::Guarded;
use super::opinions::exchange;
use crate::circuit_state::CircuitState;
use crate::fleet::link;
use crate::fleet::store::Store;
use crate::random;

const BEAT: Duration = Duration::from_secs(5);
/// Replicas begin one after the other: the first hears soon of those that follow.
const FIRST_BEATS: u32 = 10;
/// While the store is lost, it is asked as often as its breaker lets it: an idle replica learns that it is back, too.
const SOON: Duration = Duration::from_secs(1);
/// Two beats may be missed.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15);

/// Begins to say so, on the runtime of the caller, until another store is connected to.
#[track_caller]
pub(super) fn join<S: Store>(store: &Arc<Guarded<S>>) {
    let Ok(runtime) = Handle::try_current() else {
        panic!(
            "`shared::connect` needs a tokio runtime for the task that counts replicas, and this thread runs none: call \
             it within `#[tokio::main]`, `Runtime::block_on` or a task"
        );
    };
    let id: Arc<str> = id().into();
    drop(runtime.spawn(exchange(Arc::downgrade(store), Arc::clone(&id))));
    drop(runtime.spawn(beat(Arc::downgrade(store), id)));
}

async fn beat<S: Store>(store: Weak<Guarded<S>>, id: Arc<str>) {
    let mut beats = 0_u32;
    while let Some(guarded) = store.upgrade() {
        if let Ok(replicas) = guarded.ask(|store| store.beat(&id, FORGOTTEN_AFTER)).await {
            link::learn_replicas(replicas);
        }
        let is_lost = guarded.breaker().state() != CircuitState::Closed;
        drop(guarded);
        beats = beats.saturating_add(1);
        let is_soon = is_lost || beats <= FIRST_BEATS;
        tokio::time::sleep(if is_soon { SOON } else { BEAT }).await;
    }
}

/// Another one for each connection: replicas are told apart by nothing else.
fn id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{:032x}", random::scrambled(NEXT.fetch_add(1, Relaxed)))
}
