//! An admitted call, from admission to its end.

use std::mem::ManuallyDrop;

use super::policy::CircuitBreaker;
use super::report::{CallReport, End};
use super::ticket::Ticket;
use super::word::Word;
use crate::ambient::{self, Trial};
use crate::clock::{self, Nanos};
use crate::stack::inspect::ErrorText;
use crate::stack::verdict::Verdict;

/// Leave to make one call. Say how it ended; a permit that is dropped means that the call was cancelled, which is
/// neutral, unless it had run for `slow_call` by then: that makes it a slow call.
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
    pub(super) ticket: Ticket,
    /// Only read where the breaker measures durations.
    pub(super) started: Nanos,
}

impl<'b> Permit<'b> {
    /// For a call that needs nothing but to be counted.
    #[inline]
    pub(super) fn fast_path(breaker: &'b CircuitBreaker, word: Word) -> Self {
        Self { breaker, ticket: Ticket::passing(word), started: 0 }
    }

    /// For a call that is a trial, or measured.
    pub(super) fn slow_path(breaker: &'b CircuitBreaker, ticket: Ticket) -> Self {
        let started = if ticket.word.is_measured() { clock::now() } else { 0 };
        let ticket = Ticket { word: ticket.word.by_slow_path(), ..ticket };
        Self { breaker, ticket, started }
    }

    /// For a call whose outcome means nothing to the breaker.
    pub(super) fn unjudged(breaker: &'b CircuitBreaker, word: Word) -> Self {
        let ticket = Ticket::passing(word.by_slow_path().unjudged());
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
        if let Some(permit) = self.fail_quietly() {
            permit.fail(ErrorText::Hidden);
        }
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

    /// [`failure`](Self::failure), if that is at once known to change nothing; else the permit.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "measured: as a call it would find the permit in memory"
    )]
    pub(super) fn fail_quietly(self) -> Option<Self> {
        if !self.ticket.is_plain() {
            return Some(self);
        }
        let Self { breaker, ticket, .. } = *ManuallyDrop::new(self);
        (!breaker.fail_quietly(ticket.word)).then(|| Self::fast_path(breaker, ticket.word))
    }

    /// [`failure`](Self::failure) because of `error`, after a closer look.
    pub(super) fn fail(self, error: ErrorText<'_>) {
        let Self { breaker, ticket, started } = *ManuallyDrop::new(self);
        if ticket.is_plain() {
            breaker.record_failure(ticket.word, error);
        } else {
            report(breaker, ticket, started, End::Failure, error);
        }
    }

    /// [`failure`](Self::failure) of a permit that won't be dropped.
    #[inline]
    pub(super) fn blame(&self) {
        report(self.breaker, self.ticket, self.started, End::Failure, ErrorText::Hidden);
    }

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "measured: as a call it would find the permit in memory"
    )]
    fn end(self, end: End) {
        let permit = ManuallyDrop::new(self);
        let Self { breaker, ticket, started } = *permit;
        if !breaker.count_fast(ticket.word, end) {
            report(breaker, ticket, started, end, ErrorText::Hidden);
        }
    }
}

/// While the body is being polled, the calls in it belong to its trial, if it is one.
impl Permit<'_> {
    /// Before the first poll.
    pub(super) fn enter_trial(&self) {
        if let Some(trial) = trial(self.breaker, self.ticket) {
            trial.enter();
        }
    }

    /// Before each later poll. A call that waits in a queue begins in this poll at the earliest.
    #[inline(never)]
    pub(super) fn resume(mut self) -> Self {
        self.enter_trial();
        ambient::note_begun();
        self.ticket.word = self.ticket.word.resumed();
        if self.has_waited() && self.ticket.word.is_measured() {
            self.started = clock::now();
        }
        self
    }

    /// After a poll.
    pub(super) fn leave_trial(&self) {
        leave_trial(self.breaker, self.ticket);
    }

    /// After a poll that left the call pending.
    #[inline(never)]
    pub(super) fn pause(mut self) -> Self {
        self.leave_trial();
        let word = self.ticket.word;
        self.ticket.word = word.paused(!word.had_begun() && ambient::is_queued());
        self
    }

    /// Whether the body had not begun before this poll, because the call waited in a queue of ours.
    #[inline]
    pub(super) const fn has_waited(&self) -> bool {
        self.ticket.word.has_waited()
    }

    /// Of a call whose body never began: however long it took, that was in a queue of ours.
    pub(super) fn unbegun(mut self) -> Self {
        self.ticket.word = self.ticket.word.never_begun();
        self
    }
}

impl Drop for Permit<'_> {
    // By value: a permit without pointers to it stays in registers.
    #[inline]
    fn drop(&mut self) {
        abandon(self.breaker, self.ticket, self.started);
    }
}

/// A timeout of ours that drops the call blames it, if its body has begun. Of the others those are slow calls that ran
/// for long enough: a black hole shows itself by nothing else, if callers have time limits of their own.
#[cold]
#[inline(never)]
fn abandon(breaker: &CircuitBreaker, ticket: Ticket, started: Nanos) {
    leave_trial(breaker, ticket);
    let word = ticket.word;
    if word.is_unjudged() {
        return;
    }
    if word.is_waiting() {
        breaker.cancel(ticket.unmarked());
    } else if ambient::is_cut_off() {
        report(breaker, ticket, started, End::Failure, ErrorText::Hidden);
    } else if word.is_measured() && breaker.is_slow(clock::until(clock::now(), started)) {
        let call = CallReport { end: End::Abandoned, slow: true };
        breaker.record(ticket.unmarked(), call, ErrorText::Hidden);
    } else {
        breaker.cancel(ticket.unmarked());
    }
}

/// All that takes more than a counter.
#[cold]
#[inline(never)]
fn report(
    breaker: &CircuitBreaker,
    ticket: Ticket,
    started: Nanos,
    end: End,
    error: ErrorText<'_>,
) {
    leave_trial(breaker, ticket);
    if ticket.word.is_unjudged() {
        return;
    }
    let measured = ticket.word.is_measured() && ticket.word.has_begun();
    let ticket = ticket.unmarked();
    let slow = measured && breaker.measure(clock::until(clock::now(), started));
    let slow = slow && end != End::Ignored;
    let simple = !slow && ticket.word.passes();
    if !(simple && breaker.count_fast(ticket.word, end)) {
        let error = if end == End::Failure { error } else { ErrorText::Hidden };
        breaker.record(ticket, CallReport { end, slow }, error);
    }
}

/// The trial that this call is, for calls further in to recognise.
fn trial(breaker: &CircuitBreaker, ticket: Ticket) -> Option<Trial> {
    let generation = ticket.word.generation();
    ticket.trial.map(|id| Trial { breaker: breaker.address(), generation, id })
}

/// Does nothing outside a poll.
fn leave_trial(breaker: &CircuitBreaker, ticket: Ticket) {
    if let Some(trial) = trial(breaker, ticket) {
        trial.leave();
    }
}
