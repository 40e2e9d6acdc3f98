//! A call that asks the fleet's store for its turn, and waits for it where one is booked.

use std::borrow::Borrow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Sleep;

use super::lease::{Lease, Terms};
use super::waiting::{Start, has_passed, until_deadline};
use super::{Limit, RateLimiter};
use crate::ambient::deadline_nanos;
use crate::clock;
use crate::fleet::ask::{Answer, Refund};
use crate::fleet::link::Link;
use crate::fleet::store::Reply;
use crate::mode::Mode;
use crate::timer;

/// A call before its answer. Dropped early, it gives its turn back where it can.
pub(super) struct Asking<'l, L: Borrow<Limit>> {
    limiter: &'l RateLimiter<L>,
    lease: Arc<Lease>,
    link: Arc<dyn Link>,
    terms: Terms,
    cost: u32,
    /// Whether others leave it to this question to fetch tokens.
    fetches: bool,
    stage: Stage,
}

enum Stage {
    Asked(Reply<Answer>),
    /// Its turn comes when the timer ends.
    Booked(Pin<Box<Sleep>>, Refund),
    Over,
}

/// What becomes of a call that found no token.
pub(super) enum Asked<'l, L: Borrow<Limit>> {
    /// It waits for an answer.
    Asking(Asking<'l, L>),
    /// It needs none.
    Answered(Start),
}

impl<'l, L: Borrow<Limit>> Asking<'l, L> {
    /// Asks, unless the answer is known.
    pub(super) fn start(limiter: &'l RateLimiter<L>, cost: u32) -> Asked<'l, L> {
        let Some(link) = limiter.connected() else { return Asked::Answered(Start::Alone) };
        let (lease, terms, now) = (Arc::clone(limiter.lease()), limiter.terms(), clock::counter());
        let is_enforced = limiter.mode() == Mode::Enforce;
        let max_wait = if is_enforced { until_deadline(limiter.limit().max_wait()) } else { 0 };
        if let Some(early) =
            terms.too_heavy(cost).or_else(|| lease.denied(now, cost, max_wait, &terms))
        {
            return Asked::Answered(limiter.enforce(Start::Early(early)));
        }
        let (ask, fetches) = lease.question(now, cost, max_wait / 1_000, &terms);
        let reply = Arc::clone(&link).take(lease.place.clone(), ask);
        Asked::Asking(Self {
            limiter,
            lease,
            link,
            terms,
            cost,
            fetches,
            stage: Stage::Asked(reply),
        })
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Start> {
        if let Stage::Asked(reply) = &mut self.stage {
            let answer = ready!(reply.as_mut().poll(cx));
            if let Some(start) = self.answered(answer.ok()) {
                self.stage = Stage::Over;
                return Poll::Ready(start);
            }
        }
        if let Stage::Booked(turn, _) = &mut self.stage {
            ready!(timer::poll(turn.as_mut(), cx));
        }
        Poll::Ready(self.turn())
    }

    /// What the store says; `None` if the call has booked a turn.
    fn answered(&mut self, answer: Option<Answer>) -> Option<Start> {
        let now = clock::counter();
        let Some(answer) = answer else {
            self.settle(0);
            return Some(Start::Alone);
        };
        if answer.turns == 0 {
            self.settle(0);
            let early = self.lease.rejected(now, self.cost, answer, &self.terms);
            return Some(self.limiter.enforce(Start::Early(early)));
        }
        self.lease.granted(now, answer.turns, &self.terms);
        if answer.wait > 0 {
            self.settle(0);
            self.book(answer);
            return None;
        }
        let is_late = has_passed(deadline_nanos());
        self.settle(if is_late {
            answer.turns
        } else {
            answer.turns - self.cost.min(answer.turns)
        });
        Some(if is_late { Start::Late } else { Start::Now })
    }

    fn book(&mut self, answer: Answer) {
        let turn = timer::sleep(Duration::from_micros(answer.wait));
        let Answer { turns, arrival, .. } = answer;
        let refund = Refund { interval: self.terms.ask.interval, turns, arrival };
        self.stage = Stage::Booked(Box::pin(turn), refund);
    }

    /// Its turn has come.
    fn turn(&mut self) -> Start {
        if has_passed(deadline_nanos()) {
            self.leave();
            return Start::Late;
        }
        self.stage = Stage::Over;
        self.limiter.count_waited();
        Start::Now
    }

    fn settle(&mut self, spare: u32) {
        self.lease.settle(clock::counter(), self.fetches, spare, &self.terms);
        self.fetches = false;
    }

    /// Its booked turn goes back, if no later turn was booked behind it.
    fn leave(&mut self) {
        let Stage::Booked(_, refund) = std::mem::replace(&mut self.stage, Stage::Over) else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            let reply = Arc::clone(&self.link).give_back(self.lease.place.clone(), refund);
            // Nothing depends on it.
            drop(runtime.spawn(reply));
        }
    }
}

impl<L: Borrow<Limit>> Drop for Asking<'_, L> {
    fn drop(&mut self) {
        self.settle(0);
        self.leave();
    }
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    /// What a call meets that the store rejects: nothing, while the limit only observes.
    pub(super) fn enforce(&self, start: Start) -> Start {
        if self.mode() == Mode::Enforce {
            return start;
        }
        self.note_would_reject(start);
        Start::Now
    }

    /// Fetches tokens in the background, before those that are left are used.
    #[cold]
    #[inline(never)]
    pub(super) fn prefetch(&self) {
        let (Some(link), Ok(runtime)) = (self.connected(), Handle::try_current()) else { return };
        let (lease, terms) = (Arc::clone(self.lease()), self.terms());
        let Some(ask) = lease.prefetch(clock::counter(), &terms) else { return };
        let fetching = Fetching { lease, terms, spare: 0 };
        let reply = link.take(self.lease().place.clone(), ask);
        drop(runtime.spawn(fetching.end(reply)));
    }
}

/// Tokens on their way. However it ends, others may fetch again.
struct Fetching {
    lease: Arc<Lease>,
    terms: Terms,
    spare: u32,
}

impl Fetching {
    async fn end(mut self, reply: Reply<Answer>) {
        let Ok(answer) = reply.await else { return };
        let now = clock::counter();
        if answer.turns == 0 {
            self.lease.rejected(now, 1, answer, &self.terms);
        } else {
            self.lease.granted(now, answer.turns, &self.terms);
            self.spare = answer.turns;
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.lease.settle(clock::counter(), true, self.spare, &self.terms);
    }
}
