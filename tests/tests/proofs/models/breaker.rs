//! A breaker by hand against a model that keeps every call and counts anew each time.

use std::cell::RefCell;
use std::time::Duration;

use resilience::{
    Cause, CircuitBreaker, CircuitBreakerConfig, CircuitState, Counts, Permit, Rejection,
    StateChange, Totals, Window,
};
use tokio::time::{Instant, advance};

use crate::models::sequence::{Chance, prove};

/// A bucket of the time window. Time passes in whole ones, so that it is known which bucket a call is in.
const SECOND: Duration = Duration::from_secs(1);
const BUCKETS: u64 = 10;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Success,
    Failure,
    Ignored,
    Dropped,
}

const ENDS: [End; 8] = [
    End::Success,
    End::Success,
    End::Success,
    End::Failure,
    End::Failure,
    End::Failure,
    End::Ignored,
    End::Dropped,
];

/// The options, in seconds.
#[derive(Clone, Debug)]
pub struct Options {
    pub window: Option<Width>,
    pub failure_rate: Option<f64>,
    pub min_calls: Option<u32>,
    pub consecutive: Option<u32>,
    pub slow_call: Option<u64>,
    pub slow_rate: Option<f64>,
    pub open_for: u64,
    pub max_open_for: Option<u64>,
    pub half_open_calls: u32,
    pub half_open_for: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    Seconds(u64),
    Calls(u32),
}

const RATES: [f64; 7] = [0.07, 0.28, 1.0 / 3.0, 0.5, 0.56, 0.75, 1.0];

impl Options {
    pub fn choose(chance: &mut Chance) -> Self {
        let window = chance.maybe(|chance| match chance.small(..3) {
            0 => Width::Seconds(BUCKETS),
            _ => Width::Calls(chance.small(1..12)),
        });
        let most = match window {
            Some(Width::Calls(calls)) => calls.min(6),
            _ => 6,
        };
        let slow_call = chance.once_in(3).then(|| chance.of(1..4));
        let open_for = chance.of(1..20);
        Self {
            window,
            failure_rate: chance.maybe(|chance| chance.one_of(&RATES)),
            min_calls: chance.maybe(|chance| chance.small(1..=most)),
            consecutive: chance.maybe(|chance| chance.small(1..5)),
            slow_call,
            slow_rate: slow_call.and_then(|_| chance.maybe(|chance| chance.one_of(&RATES))),
            open_for,
            max_open_for: chance.maybe(|chance| open_for * chance.of(1..12)),
            half_open_calls: chance.small(1..5),
            half_open_for: chance.maybe(|chance| chance.of(1..8)),
        }
    }

    pub fn config(&self) -> CircuitBreakerConfig {
        let mut config = CircuitBreakerConfig::new()
            .open_for(seconds(self.open_for))
            .half_open_calls(self.half_open_calls);
        if let Some(window) = self.window {
            config = config.window(match window {
                Width::Seconds(time) => Window::Time(seconds(time)),
                Width::Calls(calls) => Window::Calls(calls),
            });
        }
        if let Some(rate) = self.failure_rate {
            config = config.failure_rate(rate);
        }
        if let Some(calls) = self.min_calls {
            config = config.min_calls(calls);
        }
        if let Some(failures) = self.consecutive {
            config = config.consecutive_failures(failures);
        }
        if let Some(least) = self.slow_call {
            config = config.slow_call(seconds(least));
        }
        if let Some(rate) = self.slow_rate {
            config = config.slow_rate(rate);
        }
        if let Some(longest) = self.max_open_for {
            config = config.max_open_for(seconds(longest));
        }
        if let Some(lifetime) = self.half_open_for {
            config = config.half_open_for(seconds(lifetime));
        }
        config
    }

    /// Failures in a row open on their own, beside the rate only if that is written, too; a rule replaces both.
    fn failure_rate_in_force(&self, has_rule: bool) -> Option<f64> {
        match (has_rule, self.failure_rate, self.consecutive) {
            (true, ..) | (_, None, Some(_)) => None,
            (_, rate, _) => Some(rate.unwrap_or(0.5)),
        }
    }

    fn min_calls_in_force(&self) -> u64 {
        let most = if let Some(Width::Calls(calls)) = self.window { calls } else { u32::MAX };
        self.min_calls.unwrap_or(5.min(most)).into()
    }

    fn window_in_force(&self, has_rule: bool) -> Option<Width> {
        let is_needed =
            has_rule || self.slow_call.is_some() || self.failure_rate_in_force(false).is_some();
        self.window.or(is_needed.then_some(Width::Seconds(10)))
    }

    fn trial_lifetime(&self) -> Duration {
        seconds(self.half_open_for.unwrap_or(self.open_for.max(30)))
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The rule of those that have one.
fn rule(counts: &Counts) -> bool {
    counts.failures >= 3 && counts.failures > counts.successes
}

#[derive(Clone, Copy, Debug)]
struct Call {
    at: Duration,
    end: End,
    is_slow: bool,
}

/// A permit, as the model knows it.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    number: u64,
    pub generation: u64,
    pub since: Duration,
    is_measured: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    pub from: CircuitState,
    pub to: CircuitState,
    pub cause: Cause,
    pub generation: u64,
    pub counts: Counts,
}

pub struct Model {
    pub options: Options,
    has_rule: bool,
    pub now: Duration,
    pub state: CircuitState,
    pub generation: u64,
    pub open_until: Duration,
    pub opened_at: Duration,
    reopenings: u32,
    /// Since the last change.
    calls: Vec<Call>,
    /// Trials that hold a slot, and since when.
    trials: Vec<(u64, Duration)>,
    trial_successes: u32,
    pub totals: Totals,
    last_trip: Option<(Cause, Counts)>,
    pub changes: Vec<Change>,
    admitted: u64,
}

/// What the model expects of a call that asks.
pub enum Answer {
    Pass(Held),
    Open(Option<Duration>),
}

impl Model {
    pub fn new(options: Options, has_rule: bool) -> Self {
        Self {
            options,
            has_rule,
            now: Duration::ZERO,
            state: CircuitState::Closed,
            generation: 0,
            open_until: Duration::ZERO,
            opened_at: Duration::ZERO,
            reopenings: 0,
            calls: Vec::new(),
            trials: Vec::new(),
            trial_successes: 0,
            totals: Totals::default(),
            last_trip: None,
            changes: Vec::new(),
            admitted: 0,
        }
    }

    /// The state as it is seen: an open circuit whose time is over is half-open, call or no call.
    pub fn visible(&self) -> CircuitState {
        match self.state {
            CircuitState::Open if self.now >= self.open_until => CircuitState::HalfOpen,
            state => state,
        }
    }

    pub fn counts(&self) -> Counts {
        if matches!(self.state, CircuitState::Open | CircuitState::ForcedOpen) {
            return Counts::default();
        }
        let window = self.options.window_in_force(self.has_rule);
        let window = window.filter(|_| self.state == CircuitState::Closed);
        let finished: Vec<Call> = self.calls.clone();
        let judged = |call: &&Call| call.end != End::Ignored;
        let seen: Vec<Call> = match window {
            None => finished.clone(),
            Some(Width::Seconds(_)) => {
                let oldest = self.now.saturating_sub(seconds(BUCKETS - 1));
                finished.iter().filter(|call| call.at >= oldest).copied().collect()
            }
            Some(Width::Calls(calls)) => {
                let all: Vec<Call> = finished.iter().filter(judged).copied().collect();
                all[all.len().saturating_sub(calls as usize)..].to_vec()
            }
        };
        let count = |calls: &[Call], is: &dyn Fn(&Call) -> bool| {
            calls.iter().filter(|call| is(call)).count() as u64
        };
        let ignored = |call: &Call| call.end == End::Ignored;
        let failed = |call: &Call| call.end == End::Failure;
        let is_by_calls = matches!(window, Some(Width::Calls(_)));
        let mut counts = Counts {
            successes: count(&seen, &|call| !failed(call) && !ignored(call)),
            failures: count(&seen, &failed),
            slow: count(&seen, &|call| call.is_slow && !ignored(call)),
            ignored: count(if is_by_calls { &finished } else { &seen }, &ignored),
            ..Counts::default()
        };
        counts.requests = counts.successes + counts.failures + counts.ignored;
        if is_by_calls {
            counts.requests = finished.len() as u64;
        }
        // A call that was dropped slow neither continues nor ends a row.
        let row = finished.iter().filter(|call| !matches!(call.end, End::Ignored | End::Dropped));
        for call in row {
            if call.end == End::Failure {
                counts.consecutive_failures += 1;
                counts.consecutive_successes = 0;
            } else {
                counts.consecutive_successes += 1;
                counts.consecutive_failures = 0;
            }
        }
        counts
    }

    fn change(&mut self, to: CircuitState, cause: Cause) {
        let (from, counts) = (self.state, self.counts());
        if to == CircuitState::Open {
            self.last_trip = Some((cause, counts));
        }
        self.reopenings = match (from, to) {
            (CircuitState::HalfOpen, CircuitState::Open) => self.reopenings + 1,
            (CircuitState::Open, CircuitState::HalfOpen) => self.reopenings,
            _ => 0,
        };
        (self.state, self.opened_at) = (to, self.now);
        self.begin_anew();
        if from != to {
            let generation = self.generation;
            self.changes.push(Change { from, to, cause, generation, counts });
        }
    }

    fn begin_anew(&mut self) {
        self.generation += 1;
        self.calls.clear();
        self.trials.clear();
        self.trial_successes = 0;
    }

    /// How long it may stay open: exact unless grown, then varied by a tenth.
    fn open_period(&self) -> (Duration, Duration) {
        let (shortest, longest) = (
            seconds(self.options.open_for),
            seconds(self.options.max_open_for.unwrap_or(self.options.open_for)),
        );
        let grown = shortest.saturating_mul(2_u32.saturating_pow(self.reopenings)).min(longest);
        if grown == shortest {
            return (grown, grown);
        }
        let clamp = |period: Duration| period.clamp(shortest, longest);
        (clamp(grown.mul_f64(0.899_999)), clamp(grown.mul_f64(1.100_001)))
    }

    pub fn ask(&mut self) -> Answer {
        if self.state == CircuitState::Open && self.now >= self.open_until {
            self.change(CircuitState::HalfOpen, Cause::OpenElapsed);
        }
        self.admitted += 1;
        let held = Held {
            number: self.admitted,
            generation: self.generation,
            since: self.now,
            is_measured: self.options.slow_call.is_some(),
        };
        match self.state {
            CircuitState::Closed | CircuitState::ForcedClosed => return Answer::Pass(held),
            CircuitState::HalfOpen => {
                let lifetime = self.options.trial_lifetime();
                let runs = |since: Duration| since + lifetime > self.now;
                let running = self.trials.iter().filter(|(_, since)| runs(*since)).count();
                if running + (self.trial_successes as usize) < self.options.half_open_calls as usize
                {
                    self.trials.push((held.number, self.now));
                    return Answer::Pass(held);
                }
            }
            CircuitState::Open | CircuitState::ForcedOpen => {}
        }
        self.admitted -= 1;
        self.totals.rejected += 1;
        Answer::Open(match self.state {
            CircuitState::Open => Some(self.open_until.saturating_sub(self.now)),
            CircuitState::HalfOpen => Some(seconds(self.options.open_for.min(1))),
            _ => None,
        })
    }

    pub fn end(&mut self, held: Held, end: End) {
        let took = self.now.saturating_sub(held.since);
        let limit = self.options.slow_call.filter(|_| held.is_measured);
        let is_slow = limit.is_some_and(|limit| took >= seconds(limit)) && end != End::Ignored;
        let is_current = held.generation == self.generation;
        if is_current {
            self.trials.retain(|(number, _)| *number != held.number);
        }
        self.totals.requests += 1;
        match (is_current, end) {
            (_, End::Dropped) if !(is_current && is_slow) => {
                self.totals.cancelled += 1;
                return;
            }
            (false, _) => {
                self.totals.stale += 1;
                return;
            }
            // By then it had run for so long that it says something: a slow call.
            (true, End::Dropped) => self.totals.cancelled += 1,
            (true, End::Success) => self.totals.successes += 1,
            (true, End::Failure) => self.totals.failures += 1,
            (true, End::Ignored) => self.totals.ignored += 1,
        }
        self.totals.slow += u64::from(is_slow);
        self.calls.push(Call { at: self.now, end, is_slow });
        match self.state {
            CircuitState::Closed => self.judge(end, is_slow),
            CircuitState::HalfOpen => self.judge_trial(end, is_slow),
            _ => {}
        }
    }

    fn judge(&mut self, end: End, is_slow: bool) {
        if end != End::Failure && !is_slow {
            return;
        }
        let counts = self.counts();
        let calls = counts.successes + counts.failures;
        let is_enough = calls >= self.options.min_calls_in_force();
        let reaches = |part: u64, rate: Option<f64>| {
            is_enough && part > 0 && rate.is_some_and(|rate| part as f64 / calls as f64 >= rate)
        };
        let row = self.options.consecutive.filter(|_| !self.has_rule);
        let slow_rate = self.options.slow_call.map(|_| self.options.slow_rate.unwrap_or(1.0));
        let cause = if row.is_some_and(|row| counts.consecutive_failures >= row.into()) {
            Cause::ConsecutiveFailures
        } else if reaches(counts.failures, self.options.failure_rate_in_force(self.has_rule)) {
            Cause::FailureRate
        } else if reaches(counts.slow, slow_rate) {
            Cause::SlowRate
        } else if self.has_rule && rule(&counts) {
            Cause::TripWhen
        } else {
            return;
        };
        self.change(CircuitState::Open, cause);
    }

    fn judge_trial(&mut self, end: End, is_slow: bool) {
        match end {
            End::Ignored => {}
            End::Failure => self.change(CircuitState::Open, Cause::TrialFailed),
            _ if is_slow => self.change(CircuitState::Open, Cause::TrialSlow),
            _ => {
                self.trial_successes += 1;
                self.close_if_recovered();
            }
        }
    }

    fn close_if_recovered(&mut self) {
        if self.trial_successes >= self.options.half_open_calls {
            self.change(CircuitState::Closed, Cause::TrialsSucceeded);
        }
    }

    /// Numbers are used from the next judgement on. What changes the window, or what a call must note, begins it anew.
    fn reconfigure(&mut self, options: Options) {
        let duties = |options: &Options| {
            let window = options.window_in_force(self.has_rule);
            (window, options.slow_call.is_some())
        };
        let is_anew = duties(&options) != duties(&self.options);
        self.options = options;
        if is_anew {
            self.begin_anew();
        } else if self.state == CircuitState::HalfOpen {
            self.close_if_recovered();
        }
    }
}

thread_local!(static HEARD: RefCell<Vec<Change>> = const { RefCell::new(Vec::new()) });

fn hear(change: &StateChange) {
    let StateChange { from, to, cause, generation, counts, .. } = *change;
    HEARD.with_borrow_mut(|heard| heard.push(Change { from, to, cause, generation, counts }));
}

/// The breaker and its model, side by side.
struct Pair<'b> {
    breaker: &'b CircuitBreaker,
    model: Model,
    start: Instant,
    held: Vec<(Permit<'b>, Held)>,
}

impl Pair<'_> {
    fn step(&mut self, chance: &mut Chance) {
        match chance.small(..24) {
            0..10 => self.ask(chance),
            10..20 if !self.held.is_empty() => self.end(chance),
            20 => self.force(chance),
            21 if chance.once_in(3) => self.reconfigure(chance),
            _ => {}
        }
    }

    fn ask(&mut self, chance: &Chance) {
        let answer = self.model.ask();
        chance.tell(format_args!("ask: {:?}", self.model.state));
        match (self.breaker.try_acquire(), answer) {
            (Ok(permit), Answer::Pass(held)) => self.held.push((permit, held)),
            (Err(rejection), Answer::Open(expected)) => {
                assert!(matches!(rejection, Rejection::CircuitOpen { .. }));
                assert_eq!(rejection.retry_after(), expected, "when to come back");
            }
            (Ok(_), Answer::Open(_)) => panic!("it was admitted, and should not have been"),
            (Err(rejection), Answer::Pass(_)) => panic!("rejected: {rejection:?}"),
        }
    }

    fn end(&mut self, chance: &mut Chance) {
        let place = chance.place(self.held.len());
        let (permit, held) = self.held.remove(place);
        let end = chance.one_of(&ENDS);
        chance.tell(format_args!("call {} ends: {end:?}", held.number));
        self.model.end(held, end);
        match end {
            End::Success => permit.success(),
            End::Failure => permit.failure(),
            End::Ignored => permit.ignore(),
            End::Dropped => drop(permit),
        }
    }

    fn force(&mut self, chance: &mut Chance) {
        let (to, cause) = chance.one_of(&[
            (CircuitState::ForcedOpen, Cause::Forced),
            (CircuitState::ForcedClosed, Cause::Forced),
            (CircuitState::Closed, Cause::Reset),
            (CircuitState::Closed, Cause::Reset),
        ]);
        chance.tell(format_args!("{cause:?}: {to:?}"));
        self.model.change(to, cause);
        match to {
            CircuitState::ForcedOpen => self.breaker.force_open(),
            CircuitState::ForcedClosed => self.breaker.force_close(),
            _ => self.breaker.reset(),
        }
    }

    fn reconfigure(&mut self, chance: &mut Chance) {
        let options = Options::choose(chance);
        chance.tell(format_args!("{options:?}"));
        self.breaker.reconfigure(options.config()).unwrap();
        self.model.reconfigure(options);
        if self.model.state == CircuitState::Open {
            self.learn_period();
        }
    }

    /// How long it stays open is chance once it has grown: within bounds, and from then on known.
    fn learn_period(&mut self) {
        let (shortest, longest) = self.model.open_period();
        let (opened, now) = (self.model.opened_at, self.model.now);
        match self.breaker.retry_after() {
            None => {
                assert!(opened + shortest <= now, "it should still be open");
                self.model.open_until = now;
            }
            Some(left) => {
                let period = (now + left).saturating_sub(opened);
                assert!((shortest..=longest).contains(&period), "open for {period:?}");
                self.model.open_until = now + left;
            }
        }
    }

    fn compare(&mut self) {
        let (breaker, model) = (self.breaker, &mut self.model);
        let heard = HEARD.take();
        let expected = std::mem::take(&mut model.changes);
        assert_eq!(heard, expected, "what was announced");
        if expected.iter().any(|change| change.to == CircuitState::Open) {
            self.learn_period();
        }
        let model = &self.model;
        assert_eq!(breaker.state(), model.visible());
        assert_eq!(breaker.generation(), model.generation);
        assert_eq!(breaker.counts(), model.counts());
        assert_eq!(breaker.totals(), model.totals);
        let trip = breaker.last_trip().map(|trip| (trip.cause, trip.counts));
        assert_eq!(trip, model.last_trip);
        let left = model.open_until.checked_sub(model.now).filter(|left| !left.is_zero());
        let left = left.filter(|_| model.state == CircuitState::Open);
        assert_eq!(breaker.retry_after(), left);
        let admitted = self.held.len() as u64 + model.totals.requests;
        assert_eq!(admitted, model.admitted, "no call is lost");
    }
}

#[test]
fn breaker() {
    prove("breaker", &async |chance| {
        HEARD.take();
        let (options, has_rule) = (Options::choose(chance), chance.once_in(4));
        chance.tell(format_args!("{options:?}, rule: {has_rule}"));
        let mut config = options.config().on_state_change(hear);
        if has_rule {
            config = config.trip_when(rule);
        }
        let breaker = CircuitBreaker::new("proved", config);
        let model = Model::new(options, has_rule);
        let mut pair = Pair { breaker: &breaker, model, start: Instant::now(), held: Vec::new() };
        for _ in 0..chance.small(10..120) {
            pair.step(chance);
            pair.compare();
            if chance.once_in(4) {
                let pause = SECOND * chance.one_of(&[0, 1, 1, 2, 3, 9, 10, 30]);
                chance.tell(format_args!("{pause:?} pass"));
                advance(pause).await;
                pair.model.now = pair.start.elapsed();
                pair.compare();
            }
        }
    });
}
