//! Calls that wait for a slot: more important ones first, those of one priority in order of arrival, or the newest first
//! under overload. Pure.

use std::collections::BTreeSet;
use std::task::Waker;

use super::delay::Delay;
use crate::ambient::Priority;
use crate::clock::Nanos;
use crate::queue::{Queue, Ticket, rank};

/// Those that wait.
#[derive(Debug)]
pub(super) struct Line {
    waiting: Queue<Waiting>,
    /// Where calls are not always served in order of arrival.
    overload: Option<Box<Overload>>,
}

/// A call that waits.
#[derive(Debug)]
struct Waiting {
    waker: Waker,
    since: Nanos,
}

/// What is known of overload.
#[derive(Debug, Default)]
struct Overload {
    delay: Delay,
    /// Calls that have waited for too long, and don't know yet.
    rejected: BTreeSet<Ticket>,
}

/// What became of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Waits,
    /// It has a slot.
    Came,
    /// It waited for too long.
    Rejected,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { waiting: Queue::new(), overload: None }
    }

    #[cfg(all(test, any(shuttle, miri)))]
    pub(super) fn overloaded() -> Self {
        let overload = Overload { delay: Delay::overloaded(), ..Overload::default() };
        Self { overload: Some(Box::new(overload)), ..Self::new() }
    }

    pub(super) fn forget_delay(&mut self) {
        if let Some(overload) = &mut self.overload {
            overload.delay = Delay::default();
        }
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
    pub(super) fn join(&mut self, priority: Priority, waker: Waker, since: Nanos) -> Ticket {
        self.waiting.join_rank(LAST - priority as u8, Waiting { waker, since })
    }

    /// Whether its turn has come; if not, `waker` will tell. The one that is not needed comes back.
    pub(super) fn turn(&mut self, ticket: Ticket, waker: Waker) -> (Turn, Waker) {
        if let Some(waiting) = self.waiting.get_mut(ticket) {
            return (Turn::Waits, std::mem::replace(&mut waiting.waker, waker));
        }
        let is_rejected = self.overload.as_mut().is_some_and(|it| it.rejected.remove(&ticket));
        (if is_rejected { Turn::Rejected } else { Turn::Came }, waker)
    }

    /// Gives up a place, and whether it was left or had been rejected.
    pub(super) fn leave(&mut self, ticket: Ticket) -> (Turn, Option<Waker>) {
        if let Some(waiting) = self.waiting.leave(ticket) {
            return (Turn::Waits, Some(waiting.waker));
        }
        let is_rejected = self.overload.as_mut().is_some_and(|it| it.rejected.remove(&ticket));
        (if is_rejected { Turn::Rejected } else { Turn::Came }, None)
    }

    /// Takes the call that is served next, in order of arrival.
    pub(super) fn pop(&mut self) -> Option<Waker> {
        self.waiting.pop_first().map(|waiting| waiting.waker)
    }
}

/// The adaptive order.
impl Line {
    /// A call needn't wait; until when further ones change nothing.
    pub(super) fn note_free(&mut self, now: Nanos, target: u64) -> Nanos {
        let delay = &mut self.overload.get_or_insert_default().delay;
        delay.begin(now, target);
        delay.note(0);
        delay.settled_until()
    }

    /// A slot is about to be handed over: under overload, those leave who have waited for longer than twice the target,
    /// unless they are of the highest priority. The first hand-over of an interval lets all stay.
    pub(super) fn shed(&mut self, now: Nanos, target: u64) -> Vec<Waker> {
        let Self { waiting, overload } = self;
        let Overload { delay, rejected } = &mut **overload.get_or_insert_default();
        let (is_first, mut shed) = (delay.begin(now, target), Vec::new());
        if is_first || !delay.is_overloaded() {
            return shed;
        }
        for rank in 1..=LAST {
            while let Some((ticket, wait)) = oldest(waiting, rank, now)
                && wait > target.saturating_mul(2)
            {
                delay.note(wait);
                rejected.insert(ticket);
                shed.extend(waiting.leave(ticket).map(|waiting| waiting.waker));
            }
        }
        shed
    }

    /// Takes the call that is served next: the newest under overload. Waits say nothing then: the newest waits for a moment
    /// only, and the oldest are gone. Overload ends when a call needn't wait.
    pub(super) fn pop_adaptive(&mut self, now: Nanos) -> Option<Waker> {
        let first = rank(self.waiting.first()?.0);
        let (ticket, wait) = oldest(&self.waiting, first, now)?;
        let delay = &mut self.overload.get_or_insert_default().delay;
        let is_overloaded = delay.is_overloaded();
        if !is_overloaded {
            delay.note(wait);
        }
        let newest_first = is_overloaded && first > 0;
        let newest = self.waiting.last_of(first).filter(|_| newest_first);
        let next = newest.map_or(ticket, |(ticket, _)| ticket);
        self.waiting.leave(next).map(|waiting| waiting.waker)
    }
}

/// The call of a rank that has waited longest, and how long.
fn oldest(waiting: &Queue<Waiting>, rank: u8, now: Nanos) -> Option<(Ticket, u64)> {
    let (ticket, waiting) = waiting.first_of(rank)?;
    Some((ticket, now.saturating_sub(waiting.since)))
}

/// The number of the most important priority.
const LAST: u8 = Priority::CriticalPlus as u8;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Wake;

    use super::*;

    const MS: u64 = 1_000_000;
    const TARGET: u64 = 5 * MS;

    struct Caller;

    impl Wake for Caller {
        fn wake(self: Arc<Self>) {}
    }

    fn caller() -> Waker {
        Arc::new(Caller).into()
    }

    /// One in which the only call of an interval has waited for a second.
    fn overloaded() -> (Line, Nanos) {
        let mut line = Line::new();
        line.join(Priority::Critical, caller(), 0);
        assert!(line.shed(1_000 * MS, TARGET).is_empty());
        assert!(line.pop_adaptive(1_000 * MS).is_some());
        (line, 1_200 * MS)
    }

    #[test]
    fn the_first_hand_over_of_an_interval_lets_all_stay() {
        let (mut line, now) = overloaded();
        line.join(Priority::Critical, caller(), now - 100 * MS);
        assert!(line.shed(now, TARGET).is_empty());
        assert_eq!(line.shed(now + MS, TARGET).len(), 1);
    }

    #[test]
    fn a_wait_of_twice_the_target_is_not_too_long() {
        let (mut line, now) = overloaded();
        line.shed(now, TARGET);
        line.join(Priority::Critical, caller(), now);
        assert!(line.shed(now + 2 * TARGET, TARGET).is_empty());
        assert_eq!(line.shed(now + 2 * TARGET + 1, TARGET).len(), 1);
    }

    #[test]
    fn under_overload_the_newest_goes_first_unless_all_are_of_the_highest_priority() {
        for (priority, first) in [(Priority::CriticalPlus, 0), (Priority::Critical, 1)] {
            let (mut line, now) = overloaded();
            line.shed(now, TARGET);
            let callers = [caller(), caller()];
            for caller in &callers {
                line.join(priority, caller.clone(), now);
            }
            assert!(line.pop_adaptive(now).unwrap().will_wake(&callers[first]));
        }
    }
}
