//! Waiting tasks in order of arrival. Pure: it knows nothing of slots, turns, locks or clocks.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

/// A place in the queue. Never used twice: at a billion a second they last for centuries.
pub(crate) type Ticket = NonZeroU64;

/// Ranks, of which lower ones are served first: the upper two bits of a ticket.
const RANK: u32 = Ticket::BITS - 2;

/// The rank of a place in the queue.
pub(crate) const fn rank(ticket: Ticket) -> u8 {
    (ticket.get() >> RANK) as u8
}

/// Waiting tasks `W` by ticket, so that one that gives up leaves from anywhere in no time.
#[derive(Debug)]
pub(crate) struct Queue<W> {
    waiting: BTreeMap<Ticket, W>,
    next: Ticket,
}

impl<W> Queue<W> {
    pub(crate) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), next: Ticket::MIN }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// At the end.
    pub(crate) fn join(&mut self, waiter: W) -> Ticket {
        self.join_rank(0, waiter)
    }

    /// Behind those of the same rank (0 to 3) and of lower ones, before all others.
    pub(crate) fn join_rank(&mut self, rank: u8, waiter: W) -> Ticket {
        let ticket = self.next | u64::from(rank) << RANK;
        self.next = self.next.saturating_add(1);
        self.waiting.insert(ticket, waiter);
        ticket
    }

    pub(crate) fn contains(&self, ticket: Ticket) -> bool {
        self.waiting.contains_key(&ticket)
    }

    /// The one in this place; `None` when it has left.
    pub(crate) fn get_mut(&mut self, ticket: Ticket) -> Option<&mut W> {
        self.waiting.get_mut(&ticket)
    }

    /// Gives up; `None` when it has left already.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<W> {
        self.waiting.remove(&ticket)
    }

    /// The one in front, and its place.
    pub(crate) fn first(&self) -> Option<(Ticket, &W)> {
        self.waiting.first_key_value().map(|(ticket, waiter)| (*ticket, waiter))
    }

    /// The one in front of that rank.
    pub(crate) fn first_of(&self, rank: u8) -> Option<(Ticket, &W)> {
        self.of(rank).next()
    }

    /// The one at the end of that rank.
    pub(crate) fn last_of(&self, rank: u8) -> Option<(Ticket, &W)> {
        self.of(rank).next_back()
    }

    fn of(&self, rank: u8) -> impl DoubleEndedIterator<Item = (Ticket, &W)> {
        let start = u64::from(rank) << RANK;
        let ticket = |number| Ticket::new(number).unwrap_or(Ticket::MIN);
        let places = ticket(start)..=ticket(start | ((1 << RANK) - 1));
        self.waiting.range(places).map(|(ticket, waiter)| (*ticket, waiter))
    }

    pub(crate) fn first_mut(&mut self) -> Option<&mut W> {
        self.waiting.values_mut().next()
    }

    /// Takes the one in front.
    pub(crate) fn pop_first(&mut self) -> Option<W> {
        self.waiting.pop_first().map(|(_, waiter)| waiter)
    }
}
