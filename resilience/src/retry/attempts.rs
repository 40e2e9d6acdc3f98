//! One call's way through its attempts: whether another one begins, and after which delay.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use super::jitter::decorrelated;
use super::{Jitter, Pause, Retry, RetryConfig, RetryEvent};
use crate::ambient::{self, Attempt, Mark};
use crate::clock::{self, Nanos};
use crate::verdict::{Fallible, Verdict};
use crate::{CallId, Rejection, event};

/// Spreads neighbouring steps over the seeds (2^64 divided by the golden ratio).
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where a call stands. It goes from step to step by value: a stack that nobody points into stays in registers.
#[derive(Clone, Copy)]
pub struct Attempts<'r> {
    pub(super) retry: &'r Retry,
    attempt: Attempt,
    /// Only read when `max_elapsed` is set, and only then true.
    started: Nanos,
}

/// Starts a call: it earns its share of the budget, and `max_elapsed` begins to run.
#[inline]
pub fn begin(retry: &Retry) -> Attempts<'_> {
    let started = if retry.keeps_books() { open_books(retry) } else { 0 };
    Attempts { retry, attempt: Attempt::FIRST, started }
}

#[cold]
#[inline(never)]
fn open_books(retry: &Retry) -> Nanos {
    retry.earn();
    if retry.config().max_elapsed.is_some() { clock::now() } else { 0 }
}

/// Ends an attempt: with the outcome when that is the last word, with a pause when another attempt follows it.
#[inline]
pub fn settle<R>(
    attempts: Attempts<'_>,
    outcome: Result<R, Rejection>,
    judge: impl FnOnce(&Result<R, Rejection>) -> Verdict,
) -> ControlFlow<Result<R, Rejection>, Pause<'_>> {
    let retry = attempts.retry;
    attempts.settle(outcome, judge, |outcome| {
        Some(retry.wait_for(outcome.as_ref().err()?.retry_after()?))
    })
}

/// [`settle`], with a `hint` that reads from an error when to come back.
#[inline]
pub fn settle_with_hint<R: Fallible>(
    attempts: Attempts<'_>,
    outcome: Result<R, Rejection>,
    judge: impl FnOnce(&Result<R, Rejection>) -> Verdict,
    hint: impl FnOnce(&R::Error) -> Option<Duration>,
) -> ControlFlow<Result<R, Rejection>, Pause<'_>> {
    let retry = attempts.retry;
    attempts.settle(outcome, judge, |outcome| match outcome {
        Ok(result) => hint(result.as_result().err()?),
        Err(rejection) => Some(retry.wait_for(rejection.retry_after()?)),
    })
}

/// Goes on to the next attempt, if there is one.
#[cold]
#[inline(never)]
fn next(
    retry: &Retry,
    started: Nanos,
    mark: Mark,
    id: Option<CallId>,
    floor: Option<Duration>,
) -> Option<Pause<'_>> {
    Attempts { retry, attempt: Attempt::of_parts(mark, id), started }.next(floor)
}

impl<'r> Attempts<'r> {
    /// A call that has not begun.
    pub(super) fn idle(retry: &'r Retry) -> Self {
        Self { retry, attempt: Attempt::FIRST, started: 0 }
    }

    /// Runs `f` as part of the current attempt.
    #[inline]
    pub(super) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        self.attempt.scope(f)
    }

    /// `floor` is the least delay that the outcome asks for.
    #[inline]
    pub(super) fn settle<O>(
        self,
        outcome: O,
        judge: impl FnOnce(&O) -> Verdict,
        floor: impl FnOnce(&O) -> Option<Duration>,
    ) -> ControlFlow<O, Pause<'r>> {
        match judge(&outcome) {
            Verdict::Failure => {
                // By its parts: whole, it would lie in memory before it is known that it failed.
                let (mark, id) = self.attempt.parts();
                if let Some(pause) = next(self.retry, self.started, mark, id, floor(&outcome)) {
                    return Continue(pause);
                }
            }
            Verdict::Success if !self.attempt.is_first() => self.retry.count_recovered(),
            Verdict::Success | Verdict::Ignored => {}
        }
        Break(outcome)
    }

    /// Goes on to the next attempt, if there is one: the pause before it.
    fn next(mut self, floor: Option<Duration>) -> Option<Pause<'r>> {
        let Some(delay) = self.permitted_delay(floor.unwrap_or_default()) else {
            self.retry.count_exhausted();
            return None;
        };
        let (policy, attempt, call_id) =
            (self.retry.name(), self.attempt.number(), self.attempt.id());
        self.retry.count_retry();
        self.attempt.next();
        let event = RetryEvent { policy, attempt, delay, call_id };
        event::retried(&event, self.retry.config().on_retry.get());
        Some(Pause::new(self, delay))
    }

    /// The budget is asked last: a retry that doesn't happen costs nothing.
    fn permitted_delay(&mut self, floor: Duration) -> Option<Duration> {
        let config = self.retry.config();
        if self.attempt.number() >= config.attempts {
            return None;
        }
        let delay = self.delay(config).max(floor);
        (self.is_in_time(config, delay) && self.retry.spend()).then_some(delay)
    }

    fn delay(&mut self, config: &RetryConfig) -> Duration {
        let step = self.attempt.number() - 1;
        let longest = config.longest_delay();
        match config.jitter {
            Jitter::Decorrelated => {
                let (r, previous_r) = (self.chance(step), self.chance(step.wrapping_sub(1)));
                decorrelated(config.delay, step, r, previous_r, longest)
            }
            jitter => {
                let delay = config.backoff.delay(config.delay, config.factor, step, longest);
                jitter.spread(delay, self.chance(step))
            }
        }
    }

    /// A fresh number for each step of each call. It follows from the call's id, so that the one of the step before
    /// need not be kept in every future.
    #[allow(clippy::cast_possible_truncation, reason = "half of a random id is as random")]
    fn chance(&mut self, step: u32) -> f64 {
        let (id, step) = (self.attempt.id().as_u128(), u64::from(step));
        fastrand::Rng::with_seed((id as u64) ^ step.wrapping_mul(ODD)).f64()
    }

    /// Whether an attempt after `delay` begins before the deadline in force and `max_elapsed`.
    fn is_in_time(&self, config: &RetryConfig, delay: Duration) -> bool {
        let elapsed = config.max_elapsed.map(|limit| clock::after(self.started, limit));
        match [ambient::deadline_nanos(), elapsed].into_iter().flatten().min() {
            Some(end) => clock::after(clock::now(), delay) < end,
            // For ever is never in time.
            None => delay < Duration::MAX,
        }
    }
}
