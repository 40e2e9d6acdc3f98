//! Callers that wait for their turns, in order of arrival, behind a short lock.
//!
//! Invariants. Under the lock, the word says [`QUEUED`](super::bucket::QUEUED) exactly when a caller waits, and `ahead` is what all of them
//! cost. A word that says so lies beyond every time, so no newcomer passes it; only the first in line takes a turn, when
//! it comes, and calls the next. Wakers are called, cloned and dropped outside the lock: they run foreign code.

use std::task::Waker;

use super::bucket::Bucket;
use super::gcra::Early;
use crate::clock::Nanos;
use crate::queue::{Queue, Ticket};
use crate::sync::{AtomicU64, Mutex, Ordering::Relaxed};

/// How long the first in line may leave a turn unused that it has been told of, while others wait. A future that is kept
/// but not polled must not stop a queue.
const GRACE: u64 = 100_000_000;

/// The queue.
#[derive(Debug)]
pub(super) struct TurnQueue {
    line: Mutex<Line>,
    ahead: AtomicU64,
}

/// What the lock protects.
#[derive(Debug)]
struct Line {
    queue: Queue<Waiter>,
    /// When the first in line was told that its turn has come, by one behind it.
    called: Option<Nanos>,
}

#[derive(Debug)]
struct Waiter {
    cost: u32,
    /// `None` once it was called.
    waker: Option<Waker>,
}

/// What became of a call at the end of the queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// Its turn is now.
    Entered,
    /// It waits; its turn comes by then.
    Waiting(Ticket, Nanos),
    /// It would wait longer than it can.
    TooLong(Early),
}

/// How far a waiting call has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It has taken its turn.
    Taken,
    /// It is the first; its turn comes then.
    First(Nanos),
    /// Others are ahead.
    Behind,
    /// It left its turn unused for too long, and lost its place.
    Lost,
}

impl Default for TurnQueue {
    fn default() -> Self {
        let line = Line { queue: Queue::new(), called: None };
        Self { line: Mutex::new(line), ahead: AtomicU64::new(0) }
    }
}

impl TurnQueue {
    /// What all those who wait cost together.
    pub(super) fn ahead(&self) -> u64 {
        self.ahead.load(Relaxed)
    }

    /// Goes to the end of the queue, if its turn comes within `patience`.
    pub(super) fn join(
        &self,
        bucket: Bucket<'_>,
        cost: u32,
        (now, patience): (Nanos, u64),
        waker: Waker,
    ) -> Joined {
        let mut line = self.line.lock();
        let weight = bucket.gcra.weight(self.ahead().saturating_add(cost.into()));
        let Err(wait) = bucket.enter(now, weight, patience, line.queue.is_empty()) else {
            return Joined::Entered;
        };
        match Early::new(wait) {
            Some(early) if wait > patience => Joined::TooLong(early),
            _ => {
                self.ahead.fetch_add(cost.into(), Relaxed);
                let ticket = line.queue.join(Waiter { cost, waker: Some(waker) });
                Joined::Waiting(ticket, now + wait)
            }
        }
    }

    /// Takes the turn of `ticket` if it has come. If not, `waker` will tell.
    pub(super) fn look(
        &self,
        bucket: Bucket<'_>,
        ticket: Ticket,
        now: Nanos,
        waker: Waker,
    ) -> Place {
        let mut line = self.line.lock();
        let (place, cost) = line.look(bucket, ticket, now);
        self.ahead.fetch_sub(cost, Relaxed);
        let next = if place == Place::Taken { line.next() } else { None };
        let stale = line.replace(ticket, waker);
        drop(line);
        drop(stale);
        next.into_iter().for_each(Waker::wake);
        place
    }

    /// The time of one behind the first has come: the first is told that its own has, and loses its place when it
    /// doesn't come.
    pub(super) fn press(&self, bucket: Bucket<'_>, now: Nanos) {
        let mut line = self.line.lock();
        if !line.is_first_due(bucket, now) {
            return;
        }
        let passed_over = line.pass_over(now);
        if let Some(waiter) = &passed_over {
            self.ahead.fetch_sub(waiter.cost.into(), Relaxed);
        }
        let next = line.call(now);
        drop(line);
        let wakers = [passed_over.and_then(|waiter| waiter.waker), next];
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// How long the others are patient with the first in line.
    pub(super) const fn grace() -> u64 {
        GRACE
    }

    /// Stops waiting: those behind move up.
    pub(super) fn leave(&self, bucket: Bucket<'_>, ticket: Ticket) {
        let mut line = self.line.lock();
        let was_first = line.queue.first().is_some_and(|(first, _)| first == ticket);
        let left = line.queue.leave(ticket);
        if let Some(waiter) = &left {
            self.ahead.fetch_sub(waiter.cost.into(), Relaxed);
            if line.queue.is_empty() {
                bucket.mark_empty();
            }
        }
        let next = if was_first { line.next() } else { None };
        drop(line);
        next.into_iter().for_each(Waker::wake);
    }
}

impl Line {
    /// Where `ticket` stands, and what it cost if it has taken its turn.
    fn look(&mut self, bucket: Bucket<'_>, ticket: Ticket, now: Nanos) -> (Place, u64) {
        match self.queue.first() {
            Some((first, waiter)) if first == ticket => {
                let cost = waiter.cost;
                match bucket.take_turn(now, cost, self.queue.len() > 1) {
                    Ok(()) => {
                        self.queue.pop_first();
                        (Place::Taken, cost.into())
                    }
                    Err(due) => (Place::First(due), 0),
                }
            }
            _ if self.queue.contains(ticket) => (Place::Behind, 0),
            _ => (Place::Lost, 0),
        }
    }

    fn is_first_due(&self, bucket: Bucket<'_>, now: Nanos) -> bool {
        self.queue.first().is_some_and(|(_, first)| bucket.due(first.cost) <= now)
    }

    /// Puts the first one out that was called and has not come.
    fn pass_over(&mut self, now: Nanos) -> Option<Waiter> {
        let called = self.called?;
        let is_overdue = now.saturating_sub(called) >= GRACE;
        if is_overdue { self.queue.pop_first() } else { None }
    }

    /// Calls the first one, once.
    fn call(&mut self, now: Nanos) -> Option<Waker> {
        let is_called = self.called.is_some_and(|called| now.saturating_sub(called) < GRACE);
        if is_called {
            return None;
        }
        let waker = self.next();
        self.called = Some(now);
        waker
    }

    /// The waker of the one who is first now.
    fn next(&mut self) -> Option<Waker> {
        self.called = None;
        self.queue.first_mut()?.waker.take()
    }

    /// Has `waker` called for `ticket` from now on; the one that isn't needed any more.
    fn replace(&mut self, ticket: Ticket, waker: Waker) -> Option<Waker> {
        match self.queue.get_mut(ticket) {
            Some(waiter) => waiter.waker.replace(waker),
            None => Some(waker),
        }
    }
}
