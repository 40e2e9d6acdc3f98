//! Changes of state that wait to be announced, in the order of their generations.

use std::collections::VecDeque;

use crate::circuit_state::StateChange;
use crate::stack::occasion::Occasion;

/// Changes that are not announced yet. One thread at a time announces; the others leave theirs to it, and go on.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    /// A change is announced when its occasion is known, which is read after the lock is released.
    waiting: VecDeque<(StateChange, Option<Occasion>)>,
    is_announcing: bool,
}

impl Announcements {
    pub(super) fn push(&mut self, change: StateChange) {
        self.waiting.push_back((change, None));
    }

    /// Adds the occasion of a change.
    pub(super) fn explain(&mut self, generation: u64, occasion: Occasion) {
        let mut waiting = self.waiting.iter_mut();
        if let Some((_, slot)) = waiting.find(|(change, _)| change.generation == generation) {
            *slot = Some(occasion);
        }
    }

    /// Whether the caller is to announce what waits.
    pub(super) fn begin(&mut self) -> bool {
        let begins = !self.is_announcing && self.is_next_known();
        self.is_announcing |= begins;
        begins
    }

    /// The next change. When there is none, the thread that makes it or knows its occasion announces it.
    pub(super) fn next(&mut self) -> Option<(StateChange, Occasion)> {
        self.is_announcing = self.is_next_known();
        if !self.is_announcing {
            return None;
        }
        self.waiting.pop_front().and_then(|(change, occasion)| Some((change, occasion?)))
    }

    /// Nothing is to be announced of what has happened.
    #[cfg(feature = "test-util")]
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// The announcing thread gives up, and leaves what waits to the next.
    pub(super) fn abandon(&mut self) {
        self.is_announcing = false;
    }

    fn is_next_known(&self) -> bool {
        matches!(self.waiting.front(), Some((_, Some(_))))
    }
}
