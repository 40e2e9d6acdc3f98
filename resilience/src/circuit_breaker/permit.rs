//! An admitted call, from admission to its end.

use std::mem::ManuallyDrop;

use super::machine::{End, Report};
use super::policy::CircuitBreaker;
use super::trials::TrialId;
use super::word::Word;
use crate::ambient;
use crate::clock::{self, Nanos};
use crate::stack::verdict::Verdict;

/// What a call was admitted under. It is compared with the present when the call ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    pub(super) word: Word,
    pub(super) trial: Option<TrialId>,
}

impl Ticket {
    pub(super) const fn passing(word: Word) -> Self {
        Self { word, trial: None }
    }

    pub(super) const fn trial(word: Word, trial: TrialId) -> Self {
        Self { word, trial: Some(trial) }
    }

    fn unmarked(self) -> Self {
        Self { word: self.word.unmarked(), ..self }
    }
}

/// Leave to make one call. Say how it ended; a permit that is dropped means that the call was cancelled, which is
/// neutral.
///
/// ```
/// # use resilience::{CircuitBreaker, CircuitBreakerConfig};
/// # let breaker = CircuitBreaker::new("b", CircuitBreakerConfig::new());
/// # fn call() -> Result<u32, ()> { Ok(1) }
/// let permit = breaker.try_acquire()?;
/// match call() {
///     Ok(_) => permit.success(),
///     Err(()) => permit.failure(),
/// }
/// # Ok::<(), resilience::Rejection>(())
/// ```
#[must_use = "a permit that is dropped counts as a cancelled call: say `success()`, `failure()` or `ignore()`"]
#[derive(Debug)]
pub struct Permit<'b> {
    breaker: &'b CircuitBreaker,
    ticket: Ticket,
    /// Only read where the breaker measures durations.
    started: Nanos,
}

impl<'b> Permit<'b> {
    /// For a call that needs nothing but to be counted.
    #[inline]
    pub(super) fn in_passing(breaker: &'b CircuitBreaker, word: Word) -> Self {
        Self { breaker, ticket: Ticket::passing(word), started: 0 }
    }

    /// For a call that is a trial, or measured.
    pub(super) fn by_slow_door(breaker: &'b CircuitBreaker, ticket: Ticket) -> Self {
        let started = if ticket.word.is_measured() { clock::now() } else { 0 };
        let ticket = Ticket { word: ticket.word.by_slow_door(), ..ticket };
        Self { breaker, ticket, started }
    }

    /// For a call that passes although, or because, nothing is judged by it.
    pub(super) fn unjudged(breaker: &'b CircuitBreaker, word: Word) -> Self {
        let ticket = Ticket::passing(word.by_slow_door().unjudged());
        Self { breaker, ticket, started: 0 }
    }

    /// The call did what it should.
    #[inline]
    pub fn success(self) {
        self.end(End::Success);
    }

    /// The call failed.
    #[inline]
    pub fn failure(self) {
        self.end(End::Failure);
    }

    /// The call's outcome says nothing: neutral.
    #[inline]
    pub fn ignore(self) {
        self.end(End::Ignored);
    }

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "measured: as a call it would find the permit in memory"
    )]
    pub(super) fn settle(self, verdict: Verdict) {
        self.end(match verdict {
            Verdict::Success => End::Success,
            Verdict::Failure | Verdict::Permanent => End::Failure,
            Verdict::Ignored => End::Ignored,
        });
    }

    /// [`failure`](Self::failure) of a permit that won't be dropped.
    #[inline]
    pub(super) fn blame(&self) {
        report(self.breaker, self.ticket, self.started, End::Failure);
    }

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "measured: as a call it would find the permit in memory"
    )]
    fn end(self, end: End) {
        let permit = ManuallyDrop::new(self);
        let Self { breaker, ticket, started } = *permit;
        if !breaker.count_in_passing(ticket.word, end) {
            report(breaker, ticket, started, end);
        }
    }
}

impl Drop for Permit<'_> {
    // By value: a permit that nobody points to stays in registers.
    #[inline]
    fn drop(&mut self) {
        abandon(self.breaker, self.ticket, self.started);
    }
}

/// A timeout of ours that cuts the call off blames the call; whoever else drops it has reasons of his own.
#[cold]
#[inline(never)]
fn abandon(breaker: &CircuitBreaker, ticket: Ticket, started: Nanos) {
    if ticket.word.is_unjudged() {
        return;
    }
    if ambient::is_cut_off() {
        report(breaker, ticket, started, End::Failure);
    } else {
        breaker.cancel(ticket.unmarked());
    }
}

/// All that takes more than a counter.
#[cold]
#[inline(never)]
fn report(breaker: &CircuitBreaker, ticket: Ticket, started: Nanos, end: End) {
    if ticket.word.is_unjudged() {
        return;
    }
    let ticket = ticket.unmarked();
    let slow = ticket.word.is_measured() && breaker.measure(clock::until(clock::now(), started));
    let slow = slow && end != End::Ignored;
    let simple = !slow && ticket.word.passes();
    if !(simple && breaker.count_in_passing(ticket.word, end)) {
        breaker.record(ticket, Report { end, slow });
    }
}
