//! A fair semaphore: a word of slots that a call enters with one compare-and-swap, and behind it, under a short lock,
//! the line of those that wait.
//!
//! Invariants. Under the lock, the word's `queued` is the line's length. A call that gives a slot back while others
//! wait hands slots over until none is free or none waits, so a free slot and a waiter never stay side by side. A slot is
//! free for a call as long as fewer are in flight than its priority may see; more important calls may see more, so when
//! the first in line has to wait, all have to.
//! `Relaxed` suffices for the word: it is one atomic, so all agree on the order of its changes, and what the line holds
//! is published by the lock. A reader of `queued > 0` reads what was written under the lock, so takes the lock later.
//! Wakers are called, cloned and dropped outside the lock: they run foreign code.

use std::task::Waker;

use super::line::{Line, Turn};
use super::shares::Limits;
use super::slots::Slots;
use crate::ambient::Priority;
use crate::clock;
use crate::queue::Ticket;
use crate::sync::{AtomicU64, Mutex, Ordering};

#[derive(Debug)]
pub(super) struct FairSemaphore {
    word: AtomicU64,
    line: Mutex<Line>,
    /// Until when calls that needn't wait change nothing, in the adaptive order.
    settled_until: AtomicU64,
}

/// How slots are given to those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) limits: Limits,
    /// The delay beyond which the order adapts to overload; none where it is always that of arrival.
    pub(super) target: Option<u64>,
}

/// A slot that went to a call, and calls that had to leave.
#[derive(Debug, Default)]
struct Served {
    next: Option<Waker>,
    shed: Vec<Waker>,
}

/// What became of a call that went to wait.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// A slot had become free.
    Entered,
    /// It waits.
    Waiting(Ticket),
    /// Too many wait already.
    Full,
}

impl FairSemaphore {
    pub(super) const fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
            line: Mutex::new(Line::new()),
            settled_until: AtomicU64::new(0),
        }
    }

    /// One whose queue has been long for long, and stays so.
    #[cfg(all(test, any(shuttle, miri)))]
    pub(super) fn overloaded() -> Self {
        Self { line: Mutex::new(Line::overloaded()), ..Self::new() }
    }

    #[inline]
    pub(super) fn slots(&self) -> Slots {
        Slots::from_bits(self.word.load(Ordering::Relaxed))
    }

    /// Takes a free slot; false without one, or while others wait.
    #[inline]
    pub(super) fn enter(&self, limit: u64) -> bool {
        let slots = self.slots();
        slots
            .enter(limit)
            .is_some_and(|after| self.replace(slots, after).is_ok() || self.enter_contended(limit))
    }

    /// Another call was quicker: once more, in a loop that calls without company need not carry.
    #[cold]
    #[inline(never)]
    fn enter_contended(&self, limit: u64) -> bool {
        self.update(|slots| slots.enter(limit)).is_some()
    }

    /// Takes a slot that is free for that priority; false without one, or while others wait that are as important.
    #[cold]
    pub(super) fn enter_as(&self, priority: Priority, limits: Limits) -> bool {
        let limit = limits.get(priority);
        if !self.slots().is_queued_for() {
            return self.enter(limit.into());
        }
        let line = self.line.lock();
        line.is_passed_by(priority) && self.update(|slots| slots.overtake(limit)).is_some()
    }

    /// Takes a slot whether there is one or not, and whether others wait or not.
    pub(super) fn enter_above(&self) {
        self.word.fetch_add(Slots::IN_FLIGHT, Ordering::Relaxed);
    }

    /// Gives a slot back; true when a call waits for it, which [`hand_over`](Self::hand_over) serves.
    #[inline]
    #[must_use = "a call may wait for the slot"]
    pub(super) fn exit(&self) -> bool {
        let before = self.word.fetch_add(Slots::LEAVING, Ordering::Relaxed);
        Slots::from_bits(before).exit().is_queued_for()
    }

    /// Forgets what it knows of the queue's delay. Calls that have to leave still do.
    pub(super) fn forget_delay(&self) {
        self.line.lock().forget_delay();
        self.settled_until.store(0, Ordering::Relaxed);
    }

    /// Goes to wait, unless a slot has become free meanwhile.
    #[cold]
    pub(super) fn join(
        &self,
        priority: Priority,
        rules: Rules,
        longest_queue: u32,
        waker: Waker,
    ) -> Joined {
        let now = clock::counter();
        let mut line = self.line.lock();
        // Only calls that are served before all others look at the slots.
        let limit = if line.is_passed_by(priority) { rules.limits.get(priority) } else { 0 };
        let queued = self.slots().queued();
        let next = |slots: Slots| slots.overtake(limit).or_else(|| slots.join(longest_queue));
        match self.update(next) {
            None => Joined::Full,
            Some(slots) if slots.queued() == queued => Joined::Entered,
            Some(_) => Joined::Waiting(line.join(priority, waker, now)),
        }
    }

    /// A call took a slot without waiting, in the adaptive order.
    #[cold]
    pub(super) fn note_free(&self, target: u64) {
        let now = clock::counter();
        if now <= self.settled_until.load(Ordering::Relaxed) {
            return;
        }
        // Who holds the lock notes a wait itself.
        if let Some(mut line) = self.line.try_lock() {
            self.settled_until.store(line.note_free(now, target), Ordering::Relaxed);
        }
    }

    /// Whether it is this one's turn. If not, `waker` will tell.
    pub(super) fn turn(&self, ticket: Ticket, waker: Waker) -> Turn {
        let (turn, _former) = self.line.lock().turn(ticket, waker);
        turn
    }

    /// Stops waiting. A slot that had come meanwhile goes to the next.
    pub(super) fn abandon(&self, ticket: Ticket, rules: Rules) {
        if self.leave(ticket) == Turn::Came && self.exit() {
            self.hand_over(rules);
        }
    }

    /// Stops waiting: what had become of the place.
    pub(super) fn leave(&self, ticket: Ticket) -> Turn {
        let mut line = self.line.lock();
        let (turn, waker) = line.leave(ticket);
        if turn == Turn::Waits {
            self.word.fetch_add(Slots::QUEUED, Ordering::Relaxed);
        }
        drop(line);
        drop(waker);
        turn
    }

    /// Free slots go to those who wait.
    pub(super) fn hand_over(&self, rules: Rules) {
        loop {
            let Served { next, shed } = self.serve(rules);
            shed.into_iter().for_each(Waker::wake);
            let Some(next) = next else { return };
            next.wake();
        }
    }

    /// Gives one free slot to the next in line.
    fn serve(&self, rules: Rules) -> Served {
        match rules.target {
            None => Served { next: self.serve_in_order(rules.limits), shed: Vec::new() },
            Some(target) => self.serve_adaptive(rules.limits, target).unwrap_or_default(),
        }
    }

    fn serve_in_order(&self, limits: Limits) -> Option<Waker> {
        let mut line = self.line.lock();
        let limit = limits.get(line.next()?);
        self.update(|slots| slots.hand_over(limit))?;
        line.pop()
    }

    #[cold]
    fn serve_adaptive(&self, limits: Limits, target: u64) -> Option<Served> {
        let now = clock::counter();
        let mut line = self.line.lock();
        // While a call waits, none enters without the lock, so a slot that is free stays so.
        if self.slots().in_flight() >= limits.get(line.next()?) {
            return None;
        }
        let shed = line.shed(now, target);
        self.word.fetch_add(Slots::QUEUED * shed.len() as u64, Ordering::Relaxed);
        let next = line.next().and_then(|next| {
            self.update(|slots| slots.hand_over(limits.get(next)))?;
            line.pop_adaptive(now)
        });
        Some(Served { next, shed })
    }

    /// One transition of the word; what it became.
    #[inline]
    fn update(&self, next: impl Fn(Slots) -> Option<Slots>) -> Option<Slots> {
        let mut slots = self.slots();
        loop {
            let after = next(slots)?;
            match self.replace(slots, after) {
                Ok(()) => return Some(after),
                Err(current) => slots = current,
            }
        }
    }

    #[inline]
    fn replace(&self, slots: Slots, after: Slots) -> Result<(), Slots> {
        let (slots, after) = (slots.bits(), after.bits());
        let replaced =
            self.word.compare_exchange_weak(slots, after, Ordering::Relaxed, Ordering::Relaxed);
        replaced.map(drop).map_err(Slots::from_bits)
    }
}
