//! Announces changes of state in the order of their generations: under no lock, however slow the listeners are.

use super::{CircuitBreaker, Locked};
use crate::circuit_state::StateChange;
use crate::stack::event;
use crate::sync::Mutex;

impl CircuitBreaker {
    /// Announces every change that waits, unless another thread is about it.
    pub(super) fn announce(&self) {
        let locked = &self.shared().locked;
        if !locked.lock().announcements.begin() {
            return;
        }
        let announcing = Announcing(locked);
        while let Some(change) = announcing.next() {
            event::state_changed(&change, self.config().listener());
        }
    }
}

/// Lets another thread go on if a log subscriber panics.
struct Announcing<'b>(&'b Mutex<Locked>);

impl Announcing<'_> {
    fn next(&self) -> Option<StateChange> {
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
