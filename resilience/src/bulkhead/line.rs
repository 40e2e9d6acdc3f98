//! Calls that wait for a slot: more important ones first, those of one priority in order of arrival. Pure.

use std::task::Waker;

use crate::ambient::Priority;
use crate::queue::{Queue, Ticket, rank};

/// Those that wait.
#[derive(Debug)]
pub(super) struct Line {
    waiting: Queue<Waker>,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { waiting: Queue::new() }
    }

    /// Whether a call of that priority would be served next.
    pub(super) fn is_passed_by(&self, priority: Priority) -> bool {
        self.next().is_none_or(|next| next < priority)
    }

    /// The priority of the call that is served next.
    pub(super) fn next(&self) -> Option<Priority> {
        let (ticket, _) = self.waiting.first()?;
        Some(Priority::ALL[usize::from(LAST - rank(ticket))])
    }

    /// Behind those of the same priority.
    pub(super) fn join(&mut self, priority: Priority, waker: Waker) -> Ticket {
        self.waiting.join_rank(LAST - priority as u8, waker)
    }

    /// Takes the call that is served next.
    pub(super) fn pop(&mut self) -> Option<Waker> {
        self.waiting.pop_first()
    }

    /// Has another waker called when the turn of this place comes; gives the former one back, or the new one when its
    /// turn has come.
    pub(super) fn replace(&mut self, ticket: Ticket, waker: Waker) -> Result<Waker, Waker> {
        self.waiting.replace(ticket, waker)
    }

    /// Gives up a place; `None` when its turn has come.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<Waker> {
        self.waiting.leave(ticket)
    }
}

/// The number of the most important priority.
const LAST: u8 = Priority::CriticalPlus as u8;
