//! Who may pass: at once where one word says so, else by the slow door, or not.

use std::time::Duration;

use super::super::machine::Admission;
use super::super::permit::{Permit, Ticket};
use super::super::tally::bump;
use super::super::word::Word;
use super::CircuitBreaker;
use crate::circuit_state::{Cause, CircuitState};
use crate::clock::{self, Nanos};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::sync::Ordering;

impl CircuitBreaker {
    /// Asks for admission. Tell the permit how the call ended; dropping it means that the call was cancelled.
    ///
    /// # Errors
    ///
    /// [`Rejection::CircuitOpen`] while the circuit is open, or half-open with every trial slot taken.
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit<'_>, Rejection> {
        let word = self.word();
        if word.passes_untimed() {
            return Ok(Permit::in_passing(self, word));
        }
        let wait = self.refuse_on_the_spot();
        if wait > 0 {
            return Err(self.rejection(Some(wait)));
        }
        self.admit(word).map_err(|wait| self.rejection(wait))
    }

    /// Made in place, not where it is counted: see [`Rejection`].
    #[inline]
    fn rejection(&self, wait: Option<u64>) -> Rejection {
        Rejection::CircuitOpen {
            policy: self.identity.name(),
            retry_after: wait.map(Duration::from_nanos),
        }
    }

    /// How long the circuit stays open, to a call that needs no lock to be refused; 0 where more is to be seen.
    #[cold]
    #[inline(never)]
    fn refuse_on_the_spot(&self) -> u64 {
        let end = || self.open_until.load(Ordering::Relaxed);
        let Some(wait) = clock::far_until(end) else { return 0 };
        bump(&self.rejected);
        if event::is_heard() { self.tell_wait(wait) } else { wait }
    }

    /// The slow door; or how long until it may open.
    #[cold]
    #[inline(never)]
    fn admit(&self, word: Word) -> Result<Permit<'_>, Option<u64>> {
        if word.is_enforced() {
            return self.decide(word).map_err(|wait| self.refuse(wait));
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
            _ if word.passes() => Ok(Permit::by_slow_door(self, Ticket::passing(word))),
            CircuitState::ForcedOpen => Err(None),
            _ => self.admit_near_the_end(self.open_until()),
        }
    }

    /// Who was told to come back at `end` and does so is not told again: this takes a precise clock.
    fn admit_near_the_end(&self, end: Nanos) -> Result<Permit<'_>, Option<u64>> {
        match clock::now_before(end) {
            now if now < end => Err(Some(end - now)),
            now => self.admit_trial(now),
        }
    }

    fn admit_trial(&self, now: Nanos) -> Result<Permit<'_>, Option<u64>> {
        let mut locked = self.shared().locked.lock();
        let has_lapsed = locked.machine.has_lapsed(now);
        if has_lapsed {
            self.enter(&mut locked, CircuitState::HalfOpen, Cause::OpenElapsed);
        }
        let admission = locked.machine.admit(self.config(), now);
        let word = self.word();
        drop(locked);
        if has_lapsed {
            self.announce();
        }
        match admission {
            Admission::Pass => Ok(Permit::by_slow_door(self, Ticket::passing(word))),
            Admission::Trial(trial) => Ok(Permit::by_slow_door(self, Ticket::trial(word, trial))),
            Admission::Rejected(wait) => Err(wait.map(clock::span)),
        }
    }

    /// Counts and tells a refusal.
    fn refuse(&self, wait: Option<u64>) -> Option<u64> {
        bump(&self.rejected);
        self.tell_refusal(wait);
        wait
    }

    fn tell_refusal(&self, wait: Option<u64>) {
        let kind = self.identity.speaks_as(PolicyKind::CircuitBreaker);
        event::rejected(kind, &self.rejection(wait));
    }

    /// Gives `wait` back: who calls this last keeps nothing meanwhile.
    #[cold]
    #[inline(never)]
    fn tell_wait(&self, wait: u64) -> u64 {
        self.tell_refusal(Some(wait));
        wait
    }
}
