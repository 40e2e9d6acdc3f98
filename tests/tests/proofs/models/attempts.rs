//! A retry against a model of its delays, its limits and its budget: one call after the other, with one instance.

use std::cell::RefCell;
use std::time::Duration;

use resilience::{
    Backoff, CallId, Jitter, Rejection, Retry, RetryConfig, RetryEvent, Timeout, TimeoutConfig,
    attempt, call_id, deadline,
};
use tokio::time::{Instant, sleep};

use crate::models::sequence::{Chance, prove};

/// Timers are no finer.
const TICK: Duration = Duration::from_millis(1);
const PERCENT: u64 = 100;

#[derive(Clone, Debug)]
struct Options {
    attempts: u32,
    delay: Duration,
    backoff: Backoff,
    factor: f64,
    max_delay: Option<Duration>,
    jitter: Jitter,
    max_retry_after: Duration,
    max_elapsed: Option<Duration>,
    /// In percent of a token.
    budget: Option<u64>,
    burst: Option<u32>,
}

impl Options {
    fn choose(chance: &mut Chance) -> Self {
        let delay = chance.one_of(&[0, 1, 10, 100, 1_000]) * TICK;
        let budget = chance.maybe(|chance| chance.of(1..=PERCENT));
        Self {
            attempts: chance.small(1..8),
            delay,
            backoff: chance.one_of(&[
                Backoff::Exponential,
                Backoff::Linear,
                Backoff::Fixed,
                Backoff::Fibonacci,
            ]),
            factor: chance.one_of(&[1.0, 1.5, 2.0, 10.0]),
            max_delay: chance.maybe(|chance| delay.max(chance.small(1..5_000) * TICK)),
            jitter: chance.one_of(&[
                Jitter::Full,
                Jitter::Equal,
                Jitter::Decorrelated,
                Jitter::None,
            ]),
            max_retry_after: chance.small(0..2_000) * TICK,
            max_elapsed: chance.once_in(4).then(|| chance.small(1..5_000) * TICK),
            budget,
            burst: budget.and_then(|_| chance.maybe(|chance| chance.small(1..6))),
        }
    }

    fn config(&self) -> RetryConfig {
        let mut config = RetryConfig::new()
            .attempts(self.attempts)
            .delay(self.delay)
            .backoff(self.backoff)
            .factor(self.factor)
            .jitter(self.jitter)
            .max_retry_after(self.max_retry_after)
            .on_retry(|event| EVENTS.with_borrow_mut(|events| events.push(*event)));
        if let Some(longest) = self.max_delay {
            config = config.max_delay(longest);
        }
        if let Some(longest) = self.max_elapsed {
            config = config.max_elapsed(longest);
        }
        if let Some(percent) = self.budget {
            config = config.budget(percent as f64 / PERCENT as f64);
        }
        if let Some(burst) = self.burst {
            config = config.budget_burst(burst);
        }
        config
    }

    fn burst_in_force(&self) -> u64 {
        u64::from(self.burst.unwrap_or(10)) * PERCENT
    }

    /// The delay after the given attempt, from 1, before chance.
    fn grown(&self, attempt: u32) -> f64 {
        let (base, step) = (self.delay.as_secs_f64(), attempt - 1);
        let fibonacci = (0..step).fold((1.0, 2.0), |(this, next), _| (next, this + next)).0;
        let grown = match self.backoff {
            Backoff::Exponential => base * (0..step).map(|_| self.factor).product::<f64>(),
            Backoff::Linear => base * f64::from(attempt),
            Backoff::Fibonacci => base * fibonacci,
            _ => base,
        };
        grown.min(self.longest())
    }

    fn longest(&self) -> f64 {
        self.max_delay.unwrap_or(Duration::from_secs(10).max(self.delay)).as_secs_f64()
    }

    /// What the delay is at least and at most, in seconds. A hint is a floor, and what chance gives comes on top.
    fn bounds(&self, attempt: u32, hint: Option<Duration>) -> (f64, f64) {
        let grown = self.grown(attempt);
        let (low, high, above) = match self.jitter {
            Jitter::Full => (0.0, grown, (0.0, grown)),
            Jitter::Equal => (grown / 2.0, grown, (0.0, grown / 2.0)),
            Jitter::None => (grown, grown, (0.0, 0.0)),
            _ => (0.0, self.longest(), (0.0, self.longest())),
        };
        let hint = hint.unwrap_or_default().as_secs_f64();
        (low.max(hint + above.0), high.max(hint + above.1))
    }
}

/// What one attempt does.
#[derive(Clone, Copy, Debug)]
struct Step {
    takes: Duration,
    does: Does,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Succeed,
    Fail(Option<Duration>),
    /// An error that is not worth another attempt.
    Give,
}

impl Step {
    fn choose(chance: &mut Chance) -> Self {
        let does = match chance.small(..10) {
            0..2 => Does::Succeed,
            2 => Does::Give,
            3 => Does::Fail(Some(chance.small(0..2_500) * TICK)),
            _ => Does::Fail(None),
        };
        Self { takes: chance.one_of(&[0, 0, 1, 7, 250]) * TICK, does }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Failed {
    Again(Option<Duration>),
    Final,
    Rejected(Rejection),
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

#[derive(Clone, Copy, Debug)]
struct Began {
    at: Duration,
    attempt: u32,
    call: CallId,
}

thread_local! {
    static EVENTS: RefCell<Vec<RetryEvent>> = const { RefCell::new(Vec::new()) };
    static BEGAN: RefCell<Vec<Began>> = const { RefCell::new(Vec::new()) };
}

async fn run(step: Step, start: Instant) -> Result<(), Failed> {
    let began = Began { at: start.elapsed(), attempt: attempt(), call: call_id() };
    BEGAN.with_borrow_mut(|all| all.push(began));
    if !step.takes.is_zero() {
        sleep(step.takes).await;
    }
    match step.does {
        Does::Succeed => Ok(()),
        Does::Fail(hint) => Err(Failed::Again(hint)),
        Does::Give => Err(Failed::Final),
    }
}

/// What the instance has, beside its options.
#[derive(Default)]
struct Model {
    /// In percent of a token.
    tokens: u64,
    retries: u64,
    recovered: u64,
    exhausted: u64,
}

impl Model {
    /// Follows one call through what was seen of it. It ends where the model says, and no sooner or later.
    fn check(&mut self, options: &Options, script: &[Step], limit: Option<Duration>) -> Ended {
        let (began, events) = (BEGAN.take(), EVENTS.take());
        if let Some(percent) = options.budget
            && self.tokens < options.burst_in_force()
        {
            self.tokens = (self.tokens + percent).min(options.burst_in_force());
        }
        let end = [limit, options.max_elapsed].into_iter().flatten().min();
        let call = began[0].call;
        let mut now = Duration::ZERO;
        for (number, step) in (1..).zip(script) {
            let Some(Began { at, attempt, call: id }) = began.get(number as usize - 1).copied()
            else {
                // Its pause was to end just before the limit, and the timer came a tick later.
                assert!(limit.is_some_and(|limit| now + TICK > limit), "no attempt {number}");
                assert_eq!((began.len(), events.len()), (number as usize - 1, number as usize - 1));
                return Ended::TimedOut;
            };
            assert_eq!((attempt, id), (number, call), "one number more each time, one id");
            assert!(at >= now && at < now + TICK, "attempt {number} at {at:?}, not {now:?}");
            assert!(number == 1 || limit.is_none_or(|limit| at < limit), "it began too late");
            now = at + step.takes;
            if limit.is_some_and(|limit| now > limit) {
                assert_eq!((began.len(), events.len()), (number as usize, number as usize - 1));
                return Ended::TimedOut;
            }
            let hint = match step.does {
                // What `when_err` says no to is an answer, too.
                Does::Succeed | Does::Give => {
                    self.recovered += u64::from(number > 1);
                    return Self::ends(number, &began, &events, step.does);
                }
                Does::Fail(hint) => hint,
            };
            let may_go_on = number < options.attempts
                && hint.is_none_or(|hint| hint <= options.max_retry_after);
            let (least, most) = options.bounds(number, hint);
            let event = events.get(number as usize - 1);
            let Some(event) = event.filter(|_| may_go_on) else {
                let would_end =
                    |delay| end.is_some_and(|end| seconds(now + TICK) + delay >= seconds(end));
                let is_too_late = would_end(most);
                let is_broke = options.budget.is_some() && self.tokens < PERCENT;
                assert!(!may_go_on || is_too_late || is_broke, "attempt {number} was the last");
                self.exhausted += 1;
                return Self::ends(number, &began, &events, step.does);
            };
            let delay = seconds(event.delay);
            assert!(delay >= least - 1e-6 && delay <= most + 1e-6, "{delay} of {least} to {most}");
            assert!(end.is_none_or(|end| now + event.delay < end), "a pause that ends too late");
            assert_eq!((event.attempt, event.call_id), (number, call));
            if options.budget.is_some() {
                self.tokens = self.tokens.checked_sub(PERCENT).expect("a retry needs a token");
            }
            self.retries += 1;
            now += event.delay;
        }
        unreachable!("scripts are longer than calls");
    }

    fn ends(number: u32, began: &[Began], events: &[RetryEvent], does: Does) -> Ended {
        assert_eq!((began.len(), events.len()), (number as usize, number as usize - 1));
        Ended::By(does)
    }
}

#[derive(Debug, PartialEq)]
enum Ended {
    By(Does),
    TimedOut,
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

/// A hint is what an error brings along.
fn hint(error: &Failed) -> Option<Duration> {
    if let Failed::Again(hint) = error { *hint } else { None }
}

async fn call(retry: &Retry, script: &[Step], limit: Option<Duration>) -> Result<(), Failed> {
    let (start, mut steps) = (Instant::now(), script.iter());
    let call = retry
        .when_err(|error: &Failed| *error != Failed::Final)
        .retry_after(hint)
        .call(|| run(*steps.next().unwrap(), start));
    match limit {
        Some(limit) => {
            let timeout = Timeout::new("around", TimeoutConfig::new().after(limit));
            timeout.call(call).await
        }
        None => call.await,
    }
}

#[test]
fn attempts() {
    prove("attempts", &async |chance| {
        let options = Options::choose(chance);
        chance.tell(format_args!("{options:?}"));
        let retry = Retry::new("proved", options.config());
        let mut model = Model { tokens: options.burst_in_force(), ..Model::default() };
        for _ in 0..chance.small(1..15) {
            let script: Vec<Step> = (0..10).map(|_| Step::choose(chance)).collect();
            let limit = chance.once_in(3).then(|| chance.small(1..3_000) * TICK);
            chance.tell(format_args!("within {limit:?}: {script:?}"));
            let result = call(&retry, &script, limit).await;
            let expected = match model.check(&options, &script, limit) {
                Ended::By(Does::Succeed) => Ok(()),
                Ended::By(Does::Fail(hint)) => Err(Failed::Again(hint)),
                Ended::By(Does::Give) => Err(Failed::Final),
                Ended::TimedOut => {
                    assert!(matches!(result, Err(Failed::Rejected(Rejection::TimedOut { .. }))));
                    continue;
                }
            };
            assert_eq!(result, expected);
            assert_eq!(deadline(), None);
        }
        let totals = retry.totals();
        assert_eq!(totals.retries, model.retries);
        assert_eq!((totals.recovered, totals.exhausted), (model.recovered, model.exhausted));
    });
}
