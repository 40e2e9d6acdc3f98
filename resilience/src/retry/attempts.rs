//! One call's way through its attempts: whether another one begins, and after which delay.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use super::failed::Failed;
use super::jitter::decorrelated;
use super::{Jitter, Pause, Retry, RetryConfig, nested};
use crate::ambient::{self, Attempt, Mark, Serial};
use crate::clock::{self, Nanos};
use crate::rejection::Rejection;
use crate::stack::RetryEvent;
use crate::stack::event;
use crate::stack::inspect::{ErrorText, Inspector};
use crate::stack::verdict::{Fallible, Judging, Verdict, by_default};

/// Spreads neighbouring steps over the seeds (2^64 divided by the golden ratio).
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where a call stands. It goes from step to step by value: a stack that nothing points into stays in registers.
#[derive(Clone, Copy)]
pub struct Attempts {
    attempt: Attempt,
    /// Only read when `max_elapsed` is set, and only then true.
    started: Nanos,
}

/// Starts a call: it earns its share of the budget, and `max_elapsed` begins to run.
#[inline]
pub fn begin(retry: &Retry) -> Attempts {
    let word = retry.entry.read();
    let attempt = Attempt::first_alone(word.uneventful_mark());
    let mut attempts = Attempts { attempt, started: 0 };
    // One branch for three rare things.
    if word.is_eventful() | Attempt::is_inside() {
        attempts.started = open_books(retry);
        let (mark, serial) = Attempt::first(retry.entry.read().mark());
        attempts.attempt = Attempt::of_parts(mark, serial);
    }
    attempts
}

#[cold]
#[inline(never)]
fn open_books(retry: &Retry) -> Nanos {
    let keeps_books = retry.entry.read().keeps_books();
    if !(keeps_books && retry.is_off()) {
        nested::notice(retry);
    }
    if !keeps_books {
        return 0;
    }
    if retry.is_off() {
        retry.bypass();
        return 0;
    }
    let config = retry.config();
    retry.tokens.earn(config);
    if config.max_elapsed.is_some() { clock::now() } else { 0 }
}

/// An attempt that has ended.
pub struct Tried<O> {
    pub(super) attempts: Attempts,
    pub(super) outcome: O,
}

// The bound stands on the methods: on the impl, a return type that is no `Result` would be a method that isn't found.
impl<R> Tried<Result<R, Rejection>> {
    /// What follows: the outcome when that is the last word, a pause when another attempt follows it.
    #[inline]
    pub fn settle<N: Inspector<R>>(
        self,
        retry: &Retry,
        inspector: N,
        judge: impl FnOnce(Judging<'_, R, N>) -> Verdict,
    ) -> ControlFlow<Result<R, Rejection>, Pause>
    where
        R: Fallible,
    {
        self.settle_by(retry, inspector, judge, |error| inspector.hint(Err(error)))
    }

    /// [`settle`](Self::settle) by the default alone. The one bound on the return type stands here.
    #[inline]
    pub fn settle_by_default<N: Inspector<R>>(
        self,
        retry: &Retry,
        inspector: N,
    ) -> ControlFlow<Result<R, Rejection>, Pause>
    where
        R: Fallible,
    {
        self.settle(retry, inspector, by_default)
    }

    /// [`settle`](Self::settle), with a `hint` that reads from an error when to come back.
    #[inline]
    pub fn settle_with_hint<N: Inspector<R>>(
        self,
        retry: &Retry,
        inspector: N,
        judge: impl FnOnce(Judging<'_, R, N>) -> Verdict,
        hint: impl FnOnce(&R::Error) -> Option<Duration>,
    ) -> ControlFlow<Result<R, Rejection>, Pause>
    where
        R: Fallible,
    {
        self.settle_by(retry, inspector, judge, hint)
    }

    #[inline]
    fn settle_by<N: Inspector<R>>(
        self,
        retry: &Retry,
        inspector: N,
        judge: impl FnOnce(Judging<'_, R, N>) -> Verdict,
        hint: impl FnOnce(&R::Error) -> Option<Duration>,
    ) -> ControlFlow<Result<R, Rejection>, Pause>
    where
        R: Fallible,
    {
        let judge = |outcome: &_| judge(Judging::new(outcome, inspector));
        self.attempts.settle(retry, self.outcome, judge, |outcome| match outcome {
            Ok(result) => Failed::of(retry, result, inspector, hint),
            Err(rejection) => Failed {
                hint: rejection.retry_after().map(|wait| retry.wait_for(wait)),
                error: ErrorText::Shown(rejection),
            },
        })
    }
}

/// Goes on to the next attempt, if there is one.
#[cold]
#[inline(never)]
fn next(
    retry: &Retry,
    started: Nanos,
    mark: Mark,
    serial: Option<Serial>,
    failed: &Failed<'_>,
) -> Option<Pause> {
    Attempts { attempt: Attempt::of_parts(mark, serial), started }.next(retry, failed)
}

impl Attempts {
    /// A call that has not begun.
    pub(super) const IDLE: Self = Self { attempt: Attempt::FIRST, started: 0 };

    /// Runs `f` as part of the current attempt.
    #[inline]
    pub(super) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        self.attempt.scope(f)
    }

    /// The attempt waits, perhaps in a queue of ours. That doesn't undo what an earlier one has begun.
    #[cold]
    pub(super) fn note_progress(&self) {
        if !self.attempt.is_first() {
            ambient::note_begun();
        }
    }

    /// `failed` reads from a failure what there is to know of it.
    #[inline]
    pub(super) fn settle<O>(
        self,
        retry: &Retry,
        outcome: O,
        judge: impl FnOnce(&O) -> Verdict,
        failed: impl FnOnce(&O) -> Failed<'_>,
    ) -> ControlFlow<O, Pause> {
        match judge(&outcome) {
            Verdict::Failure => {
                // Moved where something points to it, and by its parts: otherwise it would lie in memory before it is
                // known that it failed.
                let (outcome, (mark, serial)) = (outcome, self.attempt.parts());
                let pause = next(retry, self.started, mark, serial, &failed(&outcome));
                pause.map_or(Break(outcome), Continue)
            }
            verdict => {
                if verdict == Verdict::Success && !self.attempt.is_first() {
                    retry.count_recovered();
                }
                Break(outcome)
            }
        }
    }

    /// Goes on to the next attempt, if there is one: the pause before it.
    fn next(mut self, retry: &Retry, failed: &Failed<'_>) -> Option<Pause> {
        if retry.is_off() {
            return None;
        }
        let Some(delay) = self.permitted_delay(retry, failed.hint.unwrap_or_default()) else {
            retry.count_exhausted();
            return None;
        };
        let (policy, attempt, call_id) = (retry.name(), self.attempt.number(), self.attempt.id());
        retry.count_retry();
        self.attempt.next();
        let event = RetryEvent { policy, attempt, delay, call_id };
        event::retried(&event, failed.error, retry.config().on_retry.get());
        Some(Pause::new(self, delay))
    }

    /// The budget is asked last: a retry that doesn't happen costs nothing.
    fn permitted_delay(&mut self, retry: &Retry, hint: Duration) -> Option<Duration> {
        let config = retry.config();
        if self.attempt.number() >= config.attempts || hint > config.max_retry_after {
            return None;
        }
        let delay = self.delay(config, hint);
        (self.is_in_time(config, delay) && retry.tokens.spend(config)).then_some(delay)
    }

    /// The back-off's delay, and no less than `hint` with what chance adds to it: callers that have got the same hint
    /// must not come back in the same instant.
    fn delay(&mut self, config: &RetryConfig, hint: Duration) -> Duration {
        let step = self.attempt.number() - 1;
        let (longest, r) = (config.longest_delay(), self.chance(step));
        let delay = if config.jitter == Jitter::Decorrelated {
            decorrelated(config.delay, step, r, self.chance(step.wrapping_sub(1)), longest)
        } else {
            config.backoff.delay(config.delay, config.factor, step, longest)
        };
        config.jitter.spread(delay, r).max(hint.saturating_add(config.jitter.above(delay, r)))
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
