//! Calls through all parts, with and without predicates.

use std::time::Duration;

use super::{Parts, Pipeline};
use crate::rejection::Rejection;
use crate::stack::inspect::Inspector;
use crate::stack::predicate::{
    AnyError, Hint, NoPredicate, Predicate, TimedOutOnly, WithPredicates, predicates,
};
use crate::stack::{Either, FromRejection, body, edge, either};
use crate::{bulkhead, rate_limit, timeout};

predicates! {
    Pipeline,
    when_err: "Only the errors that `when_err` is true for are failures, to its circuit breaker and its retry (default: every one).",
    when_ok: "The successes that `when_ok` is true for are failures, to its circuit breaker and its retry (default: none).",
    when_rejected: "The rejections that `when_rejected` is true for are failures, to its circuit breaker and its retry (default: [`TimedOut`](crate::Rejection::TimedOut)); see [`WithPredicates::when_rejected`]."
}

impl Pipeline {
    /// Reads from an error how long its retry waits at least; see
    /// [`RetryConfig::max_retry_after`](crate::RetryConfig::max_retry_after).
    pub fn retry_after<E, F: Fn(&E) -> Option<Duration>>(
        &self,
        retry_after: F,
    ) -> WithPredicates<'_, Self, AnyError, NoPredicate, TimedOutOnly, F> {
        WithPredicates::new(self).retry_after(retry_after)
    }

    /// Runs what `operation` makes through all parts: once, unless there is a retry. What it does before it returns its
    /// future is not guarded: the work belongs into the future, `|| async { … }`.
    ///
    /// # Errors
    /// The last attempt's own; a rejection by any part as `E`.
    pub fn call<Op, F, T, E, Via>(
        &self,
        operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<Op, F, T, E, Via>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        WithPredicates::new(self).call(operation)
    }

    /// The form for stacks by hand: rejections travel beside results, so that policies further out know them apart.
    /// What `operation` makes yields the outcome of another policy's `guard`, or a body's result in `Ok`.
    ///
    /// # Errors
    /// A rejection, by any part or by a policy further in.
    pub fn guard<Op, F, T, E>(
        &self,
        operation: Op,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<Op, F, T, E>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<Result<T, E>, Rejection>>,
    {
        WithPredicates::new(self).guard(operation)
    }

    /// [`guard`](Self::guard) of a plain future, which runs once: its retry, if there is one, has no part in it. Its
    /// result needs no room for a rejection.
    ///
    /// # Errors
    /// A rejection by any part.
    pub fn guard_body<F, T, E>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<F, T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        WithPredicates::new(self).guard_body(future)
    }
}

impl<'p, A, B, C, X, N> WithPredicates<'p, Pipeline, A, B, C, X, N> {
    /// Reads from an error, such as a response's `Retry-After`, how long its retry waits at least.
    pub fn retry_after<E, F: Fn(&E) -> Option<Duration>>(
        self,
        retry_after: F,
    ) -> WithPredicates<'p, Pipeline, A, B, C, F, N> {
        self.with_extra(retry_after)
    }

    /// Runs what `operation` makes through all parts, judged by these predicates.
    ///
    /// # Errors
    /// The last attempt's own; a rejection by any part as `E`.
    pub fn call<Op, F, T, E, Via>(
        self,
        mut operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<Op, F, T, E, Via, A, B, C, X, N>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
        A: Predicate<E> + Clone,
        B: Predicate<T> + Clone,
        C: Predicate<Rejection> + Clone,
        X: Hint<E>,
        N: Inspector<Result<T, E>>,
    {
        edge(self.guard(move || body(operation())))
    }

    /// Keeps rejections apart from results; see [`Pipeline::guard`].
    ///
    /// # Errors
    /// A rejection, by any part or by a policy further in.
    pub fn guard<Op, F, T, E>(
        self,
        mut operation: Op,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<Op, F, T, E, A, B, C, X, N>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<Result<T, E>, Rejection>>,
        A: Predicate<E> + Clone,
        B: Predicate<T> + Clone,
        C: Predicate<Rejection> + Clone,
        X: Hint<E>,
        N: Inspector<Result<T, E>>,
    {
        let parts = self.policy.parts();
        let inspector = self.inspector;
        let (predicates, hint) = self.apart();
        let to_judge = predicates.clone();
        let mut attempt = move || to_judge.clone().attempt(parts, operation());
        let attempts = match parts.retry {
            Some(retry) => Either::Guarded { guarded: predicates.of(retry, hint).guard(attempt) },
            None => Either::Bare { inner: attempt() },
        };
        admitted(parts, attempts, inspector)
    }

    /// [`guard`](Self::guard) of a plain future, which runs once; see [`Pipeline::guard_body`].
    ///
    /// # Errors
    /// A rejection by any part.
    pub fn guard_body<F, T, E>(
        self,
        future: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<F, T, E, A, B, C, X, N>
    where
        F: Future<Output = Result<T, E>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        N: Inspector<Result<T, E>>,
    {
        let parts = self.policy.parts();
        let inspector = self.inspector;
        admitted(parts, self.apart().0.attempt(parts, body(future)), inspector)
    }

    fn apart(self) -> (Predicates<A, B, C, N>, X) {
        let Self { when_err, when_ok, when_rejected, extra, inspector, .. } = self;
        let predicates =
            Predicates { errors: when_err, values: when_ok, rejections: when_rejected, inspector };
        (predicates, extra)
    }
}

/// The parts around all attempts.
fn admitted<F, T, E, N>(
    parts: Parts,
    attempts: F,
    inspector: N,
) -> impl Future<Output = Result<Result<T, E>, Rejection>>
where
    F: Future<Output = Result<Result<T, E>, Rejection>>,
    N: Inspector<Result<T, E>>,
{
    let admitted = either(parts.bulkhead, attempts, |slots, inner| {
        bulkhead::guard::guard(slots, inner, inspector, |_| false)
    });
    let limited = either(parts.rate_limit, admitted, rate_limit::guard);
    either(parts.timeout, limited, timeout::future::guard)
}

/// The questions that each judging part asks.
#[derive(Clone)]
struct Predicates<A, B, C, N> {
    errors: A,
    values: B,
    rejections: C,
    inspector: N,
}

impl<A, B, C, N> Predicates<A, B, C, N> {
    /// The parts around one attempt.
    fn attempt<F, T, E>(
        self,
        parts: Parts,
        inner: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>>
    where
        F: Future<Output = Result<Result<T, E>, Rejection>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        N: Inspector<Result<T, E>>,
    {
        let limited = either(parts.attempt_timeout, inner, timeout::future::guard);
        either(parts.circuit_breaker, limited, |breaker, inner| {
            self.of(breaker, NoPredicate).guard(inner)
        })
    }

    fn of<P, X>(self, policy: &P, extra: X) -> WithPredicates<'_, P, A, B, C, X, N> {
        let Self { errors: when_err, values: when_ok, rejections: when_rejected, inspector } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra, inspector }
    }
}
