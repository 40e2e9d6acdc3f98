//! Changes of state that wait to be announced, in the order of their generations.

use std::collections::VecDeque;

use crate::circuit_state::StateChange;

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
    pub(super) fn begin(&mut self) -> bool {
        let begins = !self.is_announcing && !self.waiting.is_empty();
        self.is_announcing |= begins;
        begins
    }

    /// The next change. When there is none, the thread that pushes the next one announces it.
    pub(super) fn next(&mut self) -> Option<StateChange> {
        let next = self.waiting.pop_front();
        self.is_announcing = next.is_some();
        next
    }

    /// The announcing thread gives up, and leaves what waits to the next.
    pub(super) fn abandon(&mut self) {
        self.is_announcing = false;
    }
}
