//! Announces changes of state in the order of their generations: under no lock, however slow the listeners are.

use std::collections::VecDeque;

use super::{CircuitBreaker, Locked};
use crate::circuit_state::StateChange;
use crate::stack::event;
use crate::sync::Mutex;

/// Changes that are not announced yet. One thread at a time announces; the others leave theirs to it, and go on.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    waiting: VecDeque<StateChange>,
    is_announcing: bool,
}

impl Announcements {
    pub(super) fn push(&mut self, change: StateChange) {
        self.waiting.push_back(change);
    }

    /// Whether the caller is to announce what waits.
    fn begin(&mut self) -> bool {
        let begins = !self.is_announcing && !self.waiting.is_empty();
        self.is_announcing |= begins;
        begins
    }

    /// The next change. When there is none, whoever pushes the next one announces it.
    fn next(&mut self) -> Option<StateChange> {
        let next = self.waiting.pop_front();
        self.is_announcing = next.is_some();
        next
    }
}

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
            self.0.lock().announcements.is_announcing = false;
        }
    }
}
