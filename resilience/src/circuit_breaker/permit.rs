//! An admitted call, from admission to its end.

use std::mem::ManuallyDrop;

use super::machine::{End, Report};
use super::policy::CircuitBreaker;
use super::trials::TrialId;
use super::word::Word;
use crate::clock::{self, Nanos};
use crate::{ambient, verdict::Verdict};

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
    #[inline]
    pub(super) fn new(breaker: &'b CircuitBreaker, ticket: Ticket) -> Self {
        let started = if ticket.word.is_measured() { clock::now() } else { 0 };
        Self { breaker, ticket, started }
    }

    /// The call did what it should.
    pub fn success(self) {
        self.end(End::Success);
    }

    /// The call failed.
    pub fn failure(self) {
        self.end(End::Failure);
    }

    /// The call's outcome says nothing: neutral.
    pub fn ignore(self) {
        self.end(End::Ignored);
    }

    #[inline]
    pub(super) fn settle(self, verdict: Verdict) {
        match verdict {
            Verdict::Success => self.success(),
            Verdict::Failure => self.failure(),
            Verdict::Ignored => self.ignore(),
        }
    }

    #[inline]
    fn end(self, end: End) {
        let permit = ManuallyDrop::new(self);
        let slow = permit.was_slow();
        let counted = !slow
            && match end {
                End::Success => permit.breaker.count_in_passing(permit.ticket, |mine| &mine.successes),
                End::Ignored => permit.breaker.count_in_passing(permit.ticket, |mine| &mine.ignored),
                End::Failure => false,
            };
        if !counted {
            permit.breaker.record(permit.ticket, Report { end, slow });
        }
    }

    fn was_slow(&self) -> bool {
        self.ticket.word.is_measured()
            && self.breaker.config().is_slow(clock::until(clock::now(), self.started))
    }
}

impl Drop for Permit<'_> {
    /// A timeout of ours that cuts the call off blames the call; whoever else drops it has reasons of his own.
    fn drop(&mut self) {
        if ambient::is_cut_off() {
            self.breaker.record(self.ticket, Report { end: End::Failure, slow: self.was_slow() });
        } else {
            self.breaker.cancel(self.ticket);
        }
    }
}
