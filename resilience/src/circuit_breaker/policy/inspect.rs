//! A breaker seen from outside: its state, its counts, its history.

use std::fmt;
use std::time::Duration;

use super::super::counts::{Totals, Trip};
use super::{CircuitBreaker, Transitions};
use crate::circuit_state::{CircuitState, Counts};
use crate::clock::{self, Nanos};
use crate::histogram::Histogram;
use crate::mode::Mode;
use crate::name::AnyPolicy;
use crate::sync::Ordering;

/// None of these changes anything.
impl CircuitBreaker {
    /// The state, true at any time: an open circuit whose period is over is half-open, call or no call.
    pub fn state(&self) -> CircuitState {
        let word = self.word();
        let open_until = self.open_until();
        match word.state() {
            // 0 while it is being closed or forced: then the old word holds a moment longer.
            CircuitState::Open if open_until > 0 && clock::now_before(open_until) >= open_until => {
                CircuitState::HalfOpen
            }
            state => state,
        }
    }

    /// How long the circuit stays open; `None` unless it is open by its own judgement.
    pub fn retry_after(&self) -> Option<Duration> {
        let word = self.word();
        let open_until = self.open_until();
        let left = clock::until(open_until, clock::now());
        (word.state() == CircuitState::Open && !left.is_zero()).then_some(left)
    }

    /// When the open period ends; 0 when there is none. Where nothing is enforced, only the machine knows.
    pub(super) fn open_until(&self) -> Nanos {
        if self.word().is_enforced() {
            return self.open_until.load(Ordering::Relaxed);
        }
        self.shared.get().map_or(0, |shared| shared.locked.lock().machine.open_until())
    }

    /// How often the state has changed or was reset.
    pub fn generation(&self) -> u64 {
        self.word().generation()
    }

    /// The window's counts; zeros while open.
    pub fn counts(&self) -> Counts {
        let Some(shared) = self.shared.get() else { return Counts::default() };
        let mut locked = shared.locked.lock();
        locked.machine.counts(shared.tally.read(), clock::coarse())
    }

    /// Lifetime counts.
    pub fn totals(&self) -> Totals {
        self.shared.get().map(|shared| shared.tally.totals()).unwrap_or_default()
    }

    /// Failures / calls in the window; `None` below `min_calls`.
    pub fn failure_rate(&self) -> Option<f64> {
        let counts = self.counts();
        self.config().rate(counts.failures, &counts)
    }

    /// Slow calls / calls in the window; `None` below `min_calls`.
    pub fn slow_rate(&self) -> Option<f64> {
        let counts = self.counts();
        self.config().rate(counts.slow, &counts)
    }

    /// What tripped it last, and by which counts.
    pub fn last_trip(&self) -> Option<Trip> {
        self.shared.get()?.locked.lock().last_trip
    }

    /// How often the state went from `from` to `to`.
    pub fn transitions(&self, from: CircuitState, to: CircuitState) -> u64 {
        self.all_transitions()[from as usize][to as usize]
    }

    pub(crate) fn all_transitions(&self) -> Transitions {
        self.shared.get().map(|shared| shared.locked.lock().transitions).unwrap_or_default()
    }

    /// How long its calls took; `None` without the option `latency`.
    pub fn latency(&self) -> Option<Histogram> {
        let measured = || self.shared.get()?.latency.get().map(|latency| latency.read());
        self.config().latency.then(|| measured().unwrap_or_default())
    }
}

impl fmt::Display for CircuitBreaker {
    /// Name, state, generation and counts in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, state, counts) = (self.name(), self.state(), self.counts());
        let Counts { requests, successes, failures, ignored, slow, .. } = counts;
        write!(f, "{name}: {state}, generation {}, {requests} requests, ", self.generation())?;
        write!(f, "{successes} successes, {failures} failures, {ignored} ignored, {slow} slow")
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("name", &self.name())
            .field("state", &self.state())
            .field("counts", &self.counts())
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

impl AnyPolicy for CircuitBreaker {
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.totals().tell(tell);
    }

    fn passed(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.mode.tell_passed(tell);
    }

    fn activity(&self) -> Option<[u64; 2]> {
        let totals = self.totals();
        Some([totals.requests + totals.rejected, totals.failures + totals.rejected])
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        CircuitBreaker::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        CircuitBreaker::renew(self);
    }
}
