//! Predicates and the retry loop by hand. The attribute's expansion is the same loop around the same functions.

use std::ops::ControlFlow::{Break, Continue};
use std::time::Duration;

use super::Retry;
use super::attempts::{Tried, begin};
use super::blocking::{attempt_blocking, pause_blocking};
use super::failed::Failed;
use super::future::Retrying;
use crate::rejection::Rejection;
use crate::stack::inspect::Inspector;
use crate::stack::predicate::{
    AnyError, Hint, NoPredicate, Predicate, TimedOutOnly, WithPredicates, predicates,
};
use crate::stack::verdict::Fallible;

predicates! {
    Retry,
    when_err: "Retries only the errors that `when_err` is true for (default: every one).",
    when_ok: "Retries the successes that `when_ok` is true for (default: none).",
    when_rejected: "Retries the rejections that `when_rejected` is true for (default: [`TimedOut`](crate::Rejection::TimedOut)); see [`WithPredicates::when_rejected`]."
}

impl Retry {
    /// Runs what `operation` makes, and makes and runs it again while it fails.
    ///
    /// It never rejects, so the error type needs no `From<Rejection>`.
    ///
    /// # Errors
    /// The last attempt's.
    pub fn call<Op, F, T, E>(
        &self,
        operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<'_, Op, F, T, E>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
    {
        WithPredicates::new(self).call(operation)
    }

    /// [`call`](Self::call) for code that doesn't await: the delays block the thread.
    ///
    /// # Errors
    /// The last attempt's.
    pub fn call_blocking<T, E>(&self, operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        WithPredicates::new(self).call_blocking(operation)
    }

    /// Attempts that keep rejections apart from results, for stacks by hand: what `operation` makes yields the outcome
    /// of another policy's `guard`, and so does this.
    ///
    /// # Errors
    /// The last rejection.
    pub fn guard<Op, F, T, E>(
        &self,
        operation: Op,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'_, Op, F, T, E>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<Result<T, E>, Rejection>>,
    {
        WithPredicates::new(self).guard(operation)
    }

    /// Reads from an error how long to wait at least; see [`WithPredicates::retry_after`].
    pub fn retry_after<E, F: Fn(&E) -> Option<Duration>>(
        &self,
        retry_after: F,
    ) -> WithPredicates<'_, Self, AnyError, NoPredicate, TimedOutOnly, F> {
        WithPredicates::new(self).retry_after(retry_after)
    }
}

impl<'r, A, B, C, X, N> WithPredicates<'r, Retry, A, B, C, X, N> {
    /// Reads from an error, such as a response's `Retry-After`, how long to wait at least. The delay may then be
    /// longer than `max_delay`.
    pub fn retry_after<E, F: Fn(&E) -> Option<Duration>>(
        self,
        retry_after: F,
    ) -> WithPredicates<'r, Retry, A, B, C, F, N> {
        self.with_extra(retry_after)
    }

    /// Runs what `operation` makes, and makes and runs it again while it fails by these predicates.
    ///
    /// # Errors
    /// The last attempt's.
    pub fn call<Op, F, T, E>(
        self,
        operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<'r, Op, F, T, E, A, B, C, X, N>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Hint<E>,
        N: Inspector<Result<T, E>>,
    {
        Retrying::new(self.policy, operation, move |attempts, result| {
            attempts.settle(
                self.policy,
                result,
                |result| self.judge_result(result),
                |result| self.failed(result),
            )
        })
    }

    /// [`call`](Self::call) for code that doesn't await: the delays block the thread.
    ///
    /// # Errors
    /// The last attempt's.
    pub fn call_blocking<T, E>(self, mut operation: impl FnMut() -> Result<T, E>) -> Result<T, E>
    where
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Hint<E>,
        N: Inspector<Result<T, E>>,
    {
        let mut attempts = begin(self.policy);
        loop {
            let tried = attempt_blocking(attempts, &mut operation);
            match tried.attempts.settle(
                self.policy,
                tried.outcome,
                |result| self.judge_result(result),
                |result| self.failed(result),
            ) {
                Break(result) => return result,
                Continue(pause) => attempts = pause_blocking(self.policy, pause),
            }
        }
    }

    /// Attempts that keep rejections apart from results; see [`Retry::guard`].
    ///
    /// # Errors
    /// The last rejection.
    pub fn guard<Op, F, T, E>(
        self,
        operation: Op,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'r, Op, F, T, E, A, B, C, X, N>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<Result<T, E>, Rejection>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Hint<E>,
        N: Inspector<Result<T, E>>,
    {
        Retrying::new(self.policy, operation, move |attempts, outcome| {
            Tried { attempts, outcome }.settle_with_hint(
                self.policy,
                self.inspector,
                |judging| self.judge(judging),
                |error| self.hint::<Result<T, E>>(error),
            )
        })
    }

    fn failed<'o, R: Fallible>(&self, result: &'o R) -> Failed<'o>
    where
        X: Hint<R::Error>,
        N: Inspector<R>,
    {
        Failed::of(self.policy, result, self.inspector, |error| self.hint::<R>(error))
    }

    fn hint<R: Fallible>(&self, error: &R::Error) -> Option<Duration>
    where
        X: Hint<R::Error>,
        N: Inspector<R>,
    {
        if X::DECIDES { self.extra.hint(error) } else { self.inspector.hint(Err(error)) }
    }
}
