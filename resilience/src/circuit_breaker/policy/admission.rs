//! Which calls are admitted: on the fast path where one word says so, else on the slow path, or not.

use std::time::Duration;

use super::super::permit::Permit;
use super::super::ticket::Ticket;
use super::super::trials::Admission;
use super::super::word::Word;
use super::CircuitBreaker;
use crate::ambient;
use crate::circuit_state::{Cause, CircuitState};
use crate::clock::{self, Nanos};
use crate::fleet::link;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::stack::inspect::ErrorText;
use crate::sync::Ordering;

impl CircuitBreaker {
    /// Asks for admission. Tell the permit how the call ended; dropping it means that the call was cancelled.
    ///
    /// # Errors
    ///
    /// [`Rejection::CircuitOpen`] while the circuit is open, or half-open with every trial slot taken.
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit<'_>, Rejection> {
        self.acquire(Self::admit)
    }

    /// For a call that is polled right here: if it is a trial, calls further in belong to it.
    #[inline]
    pub(in super::super) fn acquire_here(&self) -> Result<Permit<'_>, Rejection> {
        self.acquire(Self::admit_here)
    }

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "measured: as a call it would leave the permit in memory"
    )]
    fn acquire<'b>(
        &'b self,
        slow_path: impl FnOnce(&'b Self, Word) -> Result<Permit<'b>, Option<u64>>,
    ) -> Result<Permit<'b>, Rejection> {
        let word = self.word();
        if word.passes_untimed() {
            return Ok(Permit::fast_path(self, word));
        }
        let wait = self.reject_at_once();
        if wait > 0 {
            return Err(self.rejection(Some(wait)));
        }
        slow_path(self, word).map_err(|wait| self.rejection(wait))
    }

    /// Made in place, not where it is counted: see [`Rejection`].
    #[inline]
    fn rejection(&self, wait: Option<u64>) -> Rejection {
        Rejection::CircuitOpen {
            policy: self.identity.name(),
            retry_after: wait.map(Duration::from_nanos),
        }
    }

    /// How long the circuit stays open, for a call that needs no lock to be rejected; 0 where more is to be seen.
    #[cold]
    #[inline(never)]
    fn reject_at_once(&self) -> u64 {
        let end = || self.open_until.load(Ordering::Acquire);
        let Some(wait) = clock::far_until(end) else { return 0 };
        let Some(shared) = self.shared.get() else { return 0 };
        shared.tally.bump(|mine| &mine.rejected);
        let wait = shared.no_longer_than_open(wait);
        if event::is_heard() { self.emit_wait(wait) } else { wait }
    }

    #[cold]
    #[inline(never)]
    fn admit_here(&self, word: Word) -> Result<Permit<'_>, Option<u64>> {
        let permit = self.admit(word)?;
        permit.enter_trial();
        Ok(permit)
    }

    /// The slow path; or how long to wait, if that is known.
    #[cold]
    #[inline(never)]
    fn admit(&self, word: Word) -> Result<Permit<'_>, Option<u64>> {
        if word.is_enforced() {
            return self.decide(word).map_err(|wait| self.reject(wait));
        }
        if self.mode.get() == Mode::Off {
            self.mode.bypass();
            return Ok(Permit::unjudged(self, word));
        }
        Ok(self.decide(word).unwrap_or_else(|wait| {
            self.mode.would_reject();
            let kind = self.identity.speaks_as(PolicyKind::CircuitBreaker);
            event::would_reject(kind, &self.rejection(wait));
            Permit::unjudged(self, word)
        }))
    }

    /// What its state says to a call.
    fn decide(&self, word: Word) -> Result<Permit<'_>, Option<u64>> {
        match word.state() {
            _ if word.passes() => Ok(Permit::slow_path(self, Ticket::passing(word))),
            CircuitState::ForcedOpen => Err(None),
            CircuitState::HalfOpen if ambient::is_in_trial(self.address(), word.generation()) => {
                Ok(Permit::unjudged(self, word))
            }
            _ => self.admit_near_the_end(self.open_until()),
        }
    }

    /// What tells this breaker from all others, as long as calls are in flight.
    pub(in super::super) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// A caller that honours `retry_after` is not rejected again: this takes a precise clock.
    fn admit_near_the_end(&self, end: Nanos) -> Result<Permit<'_>, Option<u64>> {
        match clock::now_before(end) {
            now if now < end => Err(Some(self.shared().no_longer_than_open(end - now))),
            now => self.admit_trial(now),
        }
    }

    fn admit_trial(&self, now: Nanos) -> Result<Permit<'_>, Option<u64>> {
        let mut locked = self.shared().locked.lock();
        let has_lapsed = locked.machine.has_lapsed(now);
        let is_trial = has_lapsed || locked.machine.state() == CircuitState::HalfOpen;
        if is_trial && locked.fleet.must_wait(now) {
            let is_first = locked.fleet.want(now);
            drop(locked);
            if is_first {
                link::nudge();
            }
            return Err(Some(clock::span(self.config().trial_wait())));
        }
        let change =
            has_lapsed.then(|| self.enter(&mut locked, CircuitState::HalfOpen, Cause::OpenElapsed));
        if is_trial {
            locked.fleet.want(now);
        }
        let admission = locked.machine.admit(self.config(), now);
        let word = self.word();
        drop(locked);
        self.announce(change.flatten(), ErrorText::Hidden);
        match admission {
            Admission::Pass => Ok(Permit::slow_path(self, Ticket::passing(word))),
            Admission::Trial(trial) => Ok(Permit::slow_path(self, Ticket::trial(word, trial))),
            Admission::Rejected(wait) => Err(wait.map(clock::span)),
        }
    }

    /// Counts and emits a rejection.
    fn reject(&self, wait: Option<u64>) -> Option<u64> {
        self.shared().tally.bump(|mine| &mine.rejected);
        self.emit(wait);
        wait
    }

    fn emit(&self, wait: Option<u64>) {
        let kind = self.identity.speaks_as(PolicyKind::CircuitBreaker);
        event::rejected(kind, &self.rejection(wait));
    }

    /// Gives `wait` back, so that a caller for which this is the last step keeps nothing meanwhile.
    #[cold]
    #[inline(never)]
    fn emit_wait(&self, wait: u64) -> u64 {
        self.emit(Some(wait));
        wait
    }
}
