//! The breaker without attributes: a call, with or without predicates of one's own.

use super::future::{Guarded, guard, guard_blocking};
use super::policy::CircuitBreaker;
use crate::rejection::Rejection;
use crate::stack::predicate::{AnyError, NoPredicate, Predicate, TimedOutOnly, WithPredicates};
use crate::stack::verdict::{Verdict, by_default};
use crate::stack::{self, Body, Edge, body, edge};

/// Calls by hand. The predicates start a builder that ends with [`call`](WithPredicates::call); write the types of the
/// closures' arguments.
impl CircuitBreaker {
    /// Runs `future` if the circuit lets it pass. Every `Err` is a failure.
    ///
    /// A panic of the future counts as a failure and goes on. A dropped call counts as cancelled, which is neutral,
    /// unless a timeout of ours further out cut it off: then it failed.
    ///
    /// # Errors
    /// The future's own; [`Rejection::CircuitOpen`] as `E`.
    pub fn call<F, T, E>(&self, future: F) -> impl Future<Output = Result<T, E>> + use<'_, F, T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Rejection>,
    {
        edge(guard(self, body(future), by_default))
    }

    /// [`call`](Self::call) for code that doesn't await.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E: From<Rejection>>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        stack::finish(guard_blocking(self, || stack::body_blocking(f), by_default))
    }

    /// The form for stacks by hand: refusals travel beside results, so that policies further out know them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`.
    ///
    /// # Errors
    /// A refusal, by this policy or one further in.
    pub fn guard<F, T, E>(
        &self,
        inner: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'_, F, T, E>
    where
        F: Future<Output = Result<Result<T, E>, Rejection>>,
    {
        guard(self, inner, by_default)
    }

    /// Counts only those errors as failures that `when_err` is true for (default: every one).
    pub fn when_err<E, F: Fn(&E) -> bool>(&self, when_err: F) -> WithPredicates<'_, Self, F> {
        WithPredicates::new(self).when_err(when_err)
    }

    /// Counts the successes as failures that `when_ok` is true for (default: none).
    pub fn when_ok<T, F: Fn(&T) -> bool>(
        &self,
        when_ok: F,
    ) -> WithPredicates<'_, Self, AnyError, F> {
        WithPredicates::new(self).when_ok(when_ok)
    }

    /// Ignores the errors that `ignore_err` is true for: they are neutral, whatever `when_err` says.
    pub fn ignore_err<E, F: Fn(&E) -> bool>(
        &self,
        ignore_err: F,
    ) -> WithPredicates<'_, Self, AnyError, NoPredicate, TimedOutOnly, F> {
        WithPredicates::new(self).ignore_err(ignore_err)
    }
}

impl<'b, A, B, C, X> WithPredicates<'b, CircuitBreaker, A, B, C, X> {
    /// Which errors are neutral (default: none). It wins over `when_err`.
    pub fn ignore_err<E, F: Fn(&E) -> bool>(
        self,
        ignore_err: F,
    ) -> WithPredicates<'b, CircuitBreaker, A, B, C, F> {
        self.with_extra(ignore_err)
    }

    /// Runs `future` if the circuit lets it pass, and judges its result by these predicates.
    ///
    /// # Errors
    /// The future's own; [`Rejection::CircuitOpen`] as `E`.
    #[allow(clippy::type_complexity, reason = "the layers of the call, nothing else")]
    pub fn call<F, T, E>(
        self,
        future: F,
    ) -> Edge<
        Guarded<
            'b,
            &'b CircuitBreaker,
            Body<F>,
            impl Fn(&Result<Result<T, E>, Rejection>) -> Verdict,
        >,
    >
    where
        F: Future<Output = Result<T, E>>,
        E: From<Rejection>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
    {
        edge(guard(self.policy, body(future), move |outcome: &_| {
            self.judge(outcome, |error| self.extra.test(error))
        }))
    }

    /// The form for stacks by hand; see [`CircuitBreaker::guard`].
    ///
    /// # Errors
    /// A refusal, by this policy or one further in.
    #[allow(clippy::type_complexity, reason = "the layers of the call, nothing else")]
    pub fn guard<F, T, E>(
        self,
        inner: F,
    ) -> Guarded<'b, &'b CircuitBreaker, F, impl Fn(&Result<Result<T, E>, Rejection>) -> Verdict>
    where
        F: Future<Output = Result<Result<T, E>, Rejection>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
    {
        guard(self.policy, inner, move |outcome: &_| {
            self.judge(outcome, |error| self.extra.test(error))
        })
    }

    /// [`call`](Self::call) for code that doesn't await.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E>(self, f: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        E: From<Rejection>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
    {
        let judge = |outcome: &_| self.judge(outcome, |error| self.extra.test(error));
        stack::finish(guard_blocking(self.policy, || stack::body_blocking(f), judge))
    }
}
