//! How the state changes: under the lock, announced after it.

use std::time::SystemTime;

use super::super::config::CircuitBreakerConfig;
use super::super::counts::Trip;
use super::super::word::Word;
use super::{CircuitBreaker, Locked};
use crate::circuit_state::{Cause, CircuitState, Counts, StateChange};
#[cfg(feature = "overrides")]
use crate::current::Forced;
use crate::current::{Configured, Current, ModeCell};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::problem::Problem;
use crate::stack::by_hand::changeable;
use crate::stack::inspect::ErrorText;
use crate::sync::Ordering;
use crate::{clock, hook, random};

impl CircuitBreaker {
    /// Asks the user's rule, under no lock; its answer counts if nothing changed meanwhile.
    pub(super) fn ask(&self, word: Word, counts: &Counts, error: ErrorText<'_>) {
        let Some(rule) = self.config().rule() else { return };
        if hook::shielded(self.name(), "trip_when", || rule(counts)) == Some(true) {
            let mut locked = self.shared().locked.lock();
            let change = (word == self.word())
                .then(|| self.enter(&mut locked, CircuitState::Open, Cause::TripWhen));
            drop(locked);
            self.announce(change.flatten(), error);
        }
    }

    /// Opens the circuit until [`reset`](Self::reset): every call is rejected, and it does not become half-open.
    pub fn force_open(&self) {
        self.force(CircuitState::ForcedOpen, Cause::Forced);
    }

    /// Closes the circuit until [`reset`](Self::reset): every call passes, totals count, nothing is judged.
    pub fn force_close(&self) {
        self.force(CircuitState::ForcedClosed, Cause::Forced);
    }

    /// Closes the circuit, forgets its window and ends a forced state. Calls in flight become stale.
    pub fn reset(&self) {
        self.force(CircuitState::Closed, Cause::Reset);
    }

    pub(super) fn force(&self, to: CircuitState, cause: Cause) {
        let mut locked = self.shared().locked.lock();
        let change = self.enter(&mut locked, to, cause);
        drop(locked);
        self.announce(change, ErrorText::Hidden);
    }

    /// Changes the state, under the lock: a new generation, everything zeroed. When the lock is released, the caller
    /// announces what is returned: changes behind it wait for that.
    pub(super) fn enter(
        &self,
        locked: &mut Locked,
        to: CircuitState,
        cause: Cause,
    ) -> Option<StateChange> {
        let from = locked.machine.state();
        let counts = locked.machine.counts(self.shared().tally.read(), clock::now());
        if to == CircuitState::Open {
            locked.last_trip = Some(Trip { cause, counts, at: SystemTime::now() });
        }
        locked.fleet.enter(to, cause);
        locked.transitions[from as usize][to as usize] += u64::from(from != to);
        let generation = self.change(locked, to);
        if from == to {
            return None;
        }
        let kind = self.identity.speaks_as(PolicyKind::CircuitBreaker);
        let policy = self.name();
        let change = StateChange { kind, policy, from, to, cause, generation, counts };
        locked.announcements.push(change);
        Some(change)
    }

    /// The change itself: a new generation, which is returned, with everything zeroed.
    pub(super) fn change(&self, locked: &mut Locked, to: CircuitState) -> u64 {
        let (now, reading) = (clock::now(), self.shared().tally.read());
        locked.machine.change(self.config(), to, reading, now, random::unit());
        self.publish_open_until(locked);
        self.shared().fresh_until.store(locked.machine.fresh_until(), Ordering::Relaxed);
        let generation = self.word().generation() + 1;
        self.put_word(to, generation);
        generation
    }

    /// Calls are rejected on the spot until then: never, where nothing is enforced.
    fn publish_open_until(&self, locked: &Locked) {
        let Locked { machine, .. } = locked;
        let period = machine.open_until().saturating_sub(machine.entered());
        self.shared().open_for.store(period, Ordering::Relaxed);
        let is_enforced = self.mode.get() == Mode::Enforce;
        let end = if is_enforced { machine.open_until() } else { 0 };
        self.open_until.store(end, Ordering::Release);
    }

    fn put_word(&self, state: CircuitState, generation: u64) {
        let word = Word::new(self.config(), state, generation);
        let word = word.enforced(self.mode.get() == Mode::Enforce);
        self.word.store(word.bits(), Ordering::Release);
    }
}

/// Whether another part of the calls is judged, or calls must note something else.
fn judges_otherwise(before: &CircuitBreakerConfig, now: &CircuitBreakerConfig) -> bool {
    let [noted_before, noted] = [before, now].map(|it| Word::new(it, CircuitState::Closed, 0));
    noted_before != noted || before.effective_window() != now.effective_window()
}

impl Configured for CircuitBreaker {
    type Config = CircuitBreakerConfig;

    #[cfg(feature = "overrides")]
    const HAS_STATE: bool = true;

    #[cfg(feature = "overrides")]
    fn force(&self, state: Option<Forced>) {
        match state {
            Some(Forced::Open) => self.force_open(),
            Some(Forced::Closed) => self.force_close(),
            None => self.reset(),
        }
    }

    fn current(&self) -> &Current<CircuitBreakerConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn adopted(&self, config: CircuitBreakerConfig) -> CircuitBreakerConfig {
        config.with_hooks_of(self.config.declared())
    }

    /// Numbers are used at the next judgement. What changes the window, or what calls must note, begins the window anew,
    /// under a new generation.
    fn put(&self, config: CircuitBreakerConfig) -> Result<(), Problem> {
        if config == *self.config() {
            return Ok(());
        }
        let shared = self.shared();
        let mut locked = shared.locked.lock();
        let before = self.config();
        self.config.set(self.adopted(config)).map_err(Problem::new)?;
        let (config, word) = (self.config(), self.word());
        if config.latency {
            shared.measure();
        }
        locked.machine.derive(config);
        self.publish_open_until(&locked);
        if judges_otherwise(before, config) {
            locked.machine.begin_anew(config, shared.tally.read(), clock::now());
            shared.fresh_until.store(locked.machine.fresh_until(), Ordering::Relaxed);
            self.put_word(word.state(), word.generation() + 1);
        }
        let closes = locked.machine.has_recovered(config);
        let change =
            closes.then(|| self.enter(&mut locked, CircuitState::Closed, Cause::TrialsSucceeded));
        drop(locked);
        self.explain(change.flatten(), ErrorText::Hidden);
        Ok(())
    }

    fn tell(&self) {
        self.announce_waiting();
    }

    fn put_mode(&self, mode: Mode) {
        let locked = self.shared().locked.lock();
        self.mode.put(mode);
        self.publish_open_until(&locked);
        self.put_word(self.word().state(), self.word().generation());
    }
}

changeable! { CircuitBreaker, CircuitBreakerConfig:
    /// Puts other options in force; hooks stay as declared. State, last trip and totals stay. A changed rate or count is
    /// used at the next judgement. A changed `window`, `slow_call` or `latency` begins the window anew, and calls in flight
    /// become stale. The period of an open circuit ends at its opening plus the new `open_for`, and a trial's at its
    /// beginning plus the new `half_open_for`. A half-open circuit closes if as many trials have succeeded as are enough now.
    reconfigure;
    /// Enforces what it decides, only counts the calls that it would reject, or does nothing. One that observes opens,
    /// and judges trials after `open_for`, as one that enforces does.
    ///
    /// # Errors
    /// None: a circuit breaker has every mode.
    set_mode;
    /// How many calls it would have rejected while it only observed.
    would_reject;
    /// How many calls passed untouched while it was off.
    bypassed;
}
