//! Who waits, in order of arrival. Pure: it knows nothing of slots, locks or tasks.

use std::collections::BTreeMap;
use std::mem;
use std::num::NonZeroU64;

/// A place in the queue. Never used twice: at a billion a second they last for centuries.
pub(super) type Ticket = NonZeroU64;

/// Waiting tasks `W` by ticket, so that one that gives up leaves from anywhere in no time.
#[derive(Debug)]
pub(super) struct Queue<W> {
    waiting: BTreeMap<Ticket, W>,
    next: Ticket,
}

impl<W> Queue<W> {
    pub(super) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), next: Ticket::MIN }
    }

    /// At the end.
    pub(super) fn join(&mut self, waiter: W) -> Ticket {
        let ticket = self.next;
        self.next = ticket.saturating_add(1);
        self.waiting.insert(ticket, waiter);
        ticket
    }

    /// Puts another task in this place and gives the former one back; the new one, when it is its turn already.
    pub(super) fn replace(&mut self, ticket: Ticket, waiter: W) -> Result<W, W> {
        match self.waiting.get_mut(&ticket) {
            Some(place) => Ok(mem::replace(place, waiter)),
            None => Err(waiter),
        }
    }

    /// Gives up; `None` when it was its turn already.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<W> {
        self.waiting.remove(&ticket)
    }

    /// Whose turn it is.
    pub(super) fn next(&mut self) -> Option<W> {
        self.waiting.pop_first().map(|(_, waiter)| waiter)
    }
}
