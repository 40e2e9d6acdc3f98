//! Announces changes of state in the order of their generations: under no lock, however slow the listeners are.

use super::{CircuitBreaker, Locked};
use crate::circuit_state::StateChange;
use crate::fleet::link;
use crate::hook;
use crate::stack::event;
use crate::stack::inspect::ErrorText;
use crate::stack::occasion::Occasion;
use crate::sync::Mutex;

impl CircuitBreaker {
    /// Announces this thread's change, caused by `error`, and every other one that waits, unless another thread is
    /// about it.
    pub(super) fn announce(&self, change: Option<StateChange>, error: ErrorText<'_>) {
        if change.is_some() {
            self.explain(change, error);
            self.announce_waiting();
        }
    }

    /// Adds the occasion of this thread's change, which the next announcement tells then.
    pub(super) fn explain(&self, change: Option<StateChange>, error: ErrorText<'_>) {
        let Some(change) = change else { return };
        let occasion = hook::caught(|| Occasion::of(&change, error)).unwrap_or_default();
        if self.config().quorum().is_some() {
            link::nudge();
        }
        self.shared().locked.lock().announcements.explain(change.generation, occasion);
    }

    /// Announces every change that waits, unless another thread is about it.
    pub(super) fn announce_waiting(&self) {
        let Some(shared) = self.shared.get() else { return };
        let locked = &shared.locked;
        if !locked.lock().announcements.begin() {
            return;
        }
        let announcing = Announcing(locked);
        while let Some((change, occasion)) = announcing.next() {
            event::state_changed(&change, &occasion, self.config().listener());
        }
    }
}

/// Lets another thread go on if a log subscriber panics.
struct Announcing<'b>(&'b Mutex<Locked>);

impl Announcing<'_> {
    fn next(&self) -> Option<(StateChange, Occasion)> {
        self.0.lock().announcements.next()
    }
}

impl Drop for Announcing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().announcements.abandon();
        }
    }
}
