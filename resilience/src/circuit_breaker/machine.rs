//! The state machine. Pure: no lock, no clock, no log; time, chance and counters are arguments.

use super::config::{CircuitBreakerConfig, Window};
use super::quiet::Quiet;
use super::report::{CallReport, Effect, End};
use super::streak::Streak;
use super::tally::Counters;
use super::trials::{Admission, TrialId, Trials};
use super::window::SlidingWindow;
use crate::circuit_state::{Cause, CircuitState, Counts};
use crate::clock::{self, Nanos};

/// The breaker's memory.
#[derive(Debug)]
pub(super) struct Machine {
    state: CircuitState,
    /// 0 unless it is open.
    open_until: Nanos,
    window: SlidingWindow,
    streak: Streak,
    quiet: Quiet,
    trials: Trials,
    reopenings: u32,
    /// When it opened last, and the chance that its period was varied by.
    opened: (Nanos, f64),
}

impl Machine {
    pub(super) fn new(config: &CircuitBreakerConfig, now: Nanos) -> Self {
        Self {
            state: CircuitState::Closed,
            open_until: 0,
            window: SlidingWindow::new(config.effective_window(), Counters::default(), now),
            streak: Streak::default(),
            quiet: Quiet::new(config, CircuitState::Closed),
            trials: Trials::default(),
            reopenings: 0,
            opened: (0, 0.0),
        }
    }

    pub(super) fn state(&self) -> CircuitState {
        self.state
    }

    /// Whether a trial of it runs, and has not expired.
    #[cfg(feature = "redis")]
    pub(super) fn is_trying(&self, lifetime: std::time::Duration, now: Nanos) -> bool {
        self.state == CircuitState::HalfOpen && self.trials.are_running(lifetime, now)
    }

    /// When it entered its state.
    pub(super) fn entered(&self) -> Nanos {
        self.opened.0
    }

    pub(super) fn open_until(&self) -> Nanos {
        self.open_until
    }

    /// Until when a success needs no look at the window.
    #[inline]
    pub(super) fn fresh_until(&self) -> Nanos {
        self.window.fresh_until()
    }

    /// Whether the open period is over, so that the next call makes the circuit half-open.
    pub(super) fn has_lapsed(&self, now: Nanos) -> bool {
        self.state == CircuitState::Open && now >= self.open_until
    }

    pub(super) fn admit(&mut self, config: &CircuitBreakerConfig, now: Nanos) -> Admission {
        match self.state {
            CircuitState::Closed | CircuitState::ForcedClosed => Admission::Pass,
            CircuitState::ForcedOpen => Admission::Rejected(None),
            CircuitState::Open => Admission::Rejected(Some(clock::until(self.open_until, now))),
            CircuitState::HalfOpen => {
                match self.trials.admit(config.half_open_calls, config.trial_lifetime(), now) {
                    Some(trial) => Admission::Trial(trial),
                    None => Admission::Rejected(Some(config.trial_wait())),
                }
            }
        }
    }

    /// Releases a trial's slot.
    pub(super) fn finish_trial(&mut self, trial: TrialId) {
        self.trials.finish(trial);
    }

    /// Whether a half-open circuit has had as many successes as close it. No result says so where the options have changed
    /// since the last one, and no further trial would be admitted.
    pub(super) fn has_recovered(&self, config: &CircuitBreakerConfig) -> bool {
        self.state == CircuitState::HalfOpen && self.trials.are_enough(config.half_open_calls)
    }

    /// Lets old buckets go, before anything is counted at `now`.
    pub(super) fn advance(&mut self, reading: Counters, now: Nanos) {
        if self.window.advance(reading, now) {
            self.quiet.forget();
        }
    }

    /// Takes in a failure, one of these and not slow, if that is at once known to change nothing. Else nothing has
    /// happened, and [`record`](Self::record) takes it in.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `record`")]
    pub(super) fn fail_quietly(&mut self, successes: u64, failures: u64) -> bool {
        let streak = self.streak.after_failure(successes);
        let is_quiet = self.quiet.allows_row(streak.failures(successes))
            && self.window.note_below(self.quiet.failures(), successes + failures, failures);
        if is_quiet {
            self.streak = streak;
        }
        is_quiet
    }

    /// Takes in a call that `reading` already contains.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: most reports are known where they are made")]
    pub(super) fn record(
        &mut self,
        config: &CircuitBreakerConfig,
        report: CallReport,
        reading: Counters,
        now: Nanos,
    ) -> Effect {
        match report.end {
            End::Failure => self.streak.fail(reading.successes),
            End::Abandoned => self.streak.pass_over(),
            End::Success | End::Ignored => {}
        }
        if report.end != End::Ignored {
            self.window.note(reading, report.end == End::Failure, report.slow);
        }
        match self.state {
            CircuitState::Closed => self.judge(config, report, reading, now),
            CircuitState::HalfOpen => self.judge_trial(config, report),
            CircuitState::Open | CircuitState::ForcedOpen | CircuitState::ForcedClosed => {
                Effect::Stay
            }
        }
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `record`")]
    fn judge(
        &mut self,
        config: &CircuitBreakerConfig,
        report: CallReport,
        reading: Counters,
        now: Nanos,
    ) -> Effect {
        if report.end == End::Ignored || (report.end != End::Failure && !report.slow) {
            return Effect::Stay;
        }
        match self.cause_to_open(config, reading) {
            Some(cause) => Effect::Change(CircuitState::Open, cause),
            None if config.rule().is_some() => Effect::Ask(self.counts(reading, now)),
            None => {
                let calls = self.window.seen(reading).calls();
                self.quiet.look(calls, self.window.failures_before());
                Effect::Stay
            }
        }
    }

    /// The window is looked at only where it is judged.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `record`")]
    fn cause_to_open(&mut self, config: &CircuitBreakerConfig, reading: Counters) -> Option<Cause> {
        if config.are_too_many_in_a_row(self.streak.failures(reading.successes)) {
            return Some(Cause::ConsecutiveFailures);
        }
        if config.judges_window() { config.judge(self.window.seen(reading)) } else { None }
    }

    fn judge_trial(&mut self, config: &CircuitBreakerConfig, report: CallReport) -> Effect {
        match report {
            CallReport { end: End::Ignored, .. } => Effect::Stay,
            CallReport { end: End::Failure, .. } => {
                Effect::Change(CircuitState::Open, Cause::TrialFailed)
            }
            CallReport { slow: true, .. } => Effect::Change(CircuitState::Open, Cause::TrialSlow),
            _ if self.trials.succeed() >= config.half_open_calls => {
                Effect::Change(CircuitState::Closed, Cause::TrialsSucceeded)
            }
            _ => Effect::Stay,
        }
    }

    /// Derives from the options which failures change nothing, and when an open period ends.
    pub(super) fn derive(&mut self, config: &CircuitBreakerConfig) {
        self.quiet = Quiet::new(config, self.state);
        if self.state == CircuitState::Open {
            let (opened, chance) = self.opened;
            self.open_until = clock::after(opened, config.open_period(self.reopenings, chance));
        }
    }

    /// Forgets what was counted in this state, and goes on in it.
    pub(super) fn begin_anew(
        &mut self,
        config: &CircuitBreakerConfig,
        reading: Counters,
        now: Nanos,
    ) {
        self.window = SlidingWindow::new(self.effective_window(config), reading, now);
        self.quiet.forget();
        self.streak = Streak::since(reading.successes);
        self.trials = Trials::default();
    }

    /// Enters `to` with everything zeroed. `chance` in `[0, 1)` varies a grown open period.
    pub(super) fn change(
        &mut self,
        config: &CircuitBreakerConfig,
        to: CircuitState,
        reading: Counters,
        now: Nanos,
        chance: f64,
    ) {
        self.reopenings = match (self.state, to) {
            (CircuitState::HalfOpen, CircuitState::Open) => self.reopenings.saturating_add(1),
            (CircuitState::Open, CircuitState::HalfOpen) => self.reopenings,
            _ => 0,
        };
        self.state = to;
        self.open_until = 0;
        self.opened = (now, chance);
        self.derive(config);
        self.begin_anew(config, reading, now);
    }

    /// Only a closed circuit has a window: elsewhere everything since the change counts.
    fn effective_window(&self, config: &CircuitBreakerConfig) -> Option<Window> {
        if self.state == CircuitState::Closed { config.effective_window() } else { None }
    }

    #[inline]
    pub(super) fn counts(&mut self, reading: Counters, now: Nanos) -> Counts {
        if matches!(self.state, CircuitState::Open | CircuitState::ForcedOpen) {
            return Counts::default();
        }
        self.advance(reading, now);
        let seen = self.window.seen(reading);
        Counts {
            requests: self.window.requests(reading),
            successes: seen.successes,
            failures: seen.failures,
            ignored: seen.ignored,
            slow: seen.slow,
            consecutive_successes: self.streak.successes(reading.successes),
            consecutive_failures: self.streak.failures(reading.successes),
        }
    }
}
