//! The breaker without attributes: a call, with or without the caller's predicates.

use super::future::{guard, guard_blocking, unknown};
use super::policy::CircuitBreaker;
use crate::rejection::Rejection;
use crate::stack::inspect::{Inspector, NoInspector};
use crate::stack::predicate::{
    AnyError, Classified, NoPredicate, Predicate, TimedOutOnly, WithPredicates,
};
use crate::stack::verdict::{Judging, Verdict, by_default};
use crate::stack::{self, FromRejection, body, edge};

/// Calls by hand. The predicates start a builder that ends with [`call`](WithPredicates::call); write the types of the
/// closures' arguments.
impl CircuitBreaker {
    /// Runs `future` if the circuit lets it pass. Every `Err` is a failure.
    ///
    /// A panic of the future counts as a failure and propagates. A dropped call counts as cancelled, which is neutral,
    /// unless a timeout of ours further out ran out: then it failed; or it had run for `slow_call`: then it was slow.
    ///
    /// # Errors
    /// The future's own; [`Rejection::CircuitOpen`] as `E`.
    pub fn call<F, T, E, Via>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<T, E>> + use<'_, F, T, E, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(guard(self, body(future), NoInspector, by_default))
    }

    /// [`call`](Self::call) for synchronous code.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E: FromRejection<Via>, Via>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let body = || stack::body_blocking(f);
        stack::finish(guard_blocking(self, body, NoInspector, by_default))
    }

    /// The form for stacks by hand: rejections travel beside results, so that policies further out can tell them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`.
    ///
    /// # Errors
    /// A rejection, by this policy or one further in.
    pub fn guard<F, T, E>(
        &self,
        inner: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'_, F, T, E>
    where
        F: Future<Output = Result<Result<T, E>, Rejection>>,
    {
        guard(self, unknown(inner), NoInspector, by_default)
    }

    /// [`guard`](Self::guard) of a plain future: the innermost of a stack by hand. Its result needs no room for a rejection.
    ///
    /// # Errors
    /// A rejection by this policy.
    ///
    /// ```
    /// use resilience::{CircuitBreaker, CircuitBreakerConfig, Timeout, TimeoutConfig};
    ///
    /// static LIMIT: Timeout = Timeout::new("quotes", TimeoutConfig::new());
    /// static QUOTES: CircuitBreaker = CircuitBreaker::new("quotes", CircuitBreakerConfig::new());
    ///
    /// # async fn fetch() -> Result<u32, std::fmt::Error> { Ok(4) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// match LIMIT.guard(QUOTES.guard_body(fetch())).await {
    ///     Ok(result) => assert_eq!(result, Ok(4)),
    ///     Err(rejection) => println!("{rejection}"),
    /// }
    /// # }
    /// ```
    pub fn guard_body<F, T, E>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'_, F, T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        guard(self, body(future), NoInspector, by_default)
    }

    /// Judges by what the error says about itself, its [`Classify`](crate::Classify), where no predicate decides; see
    /// [`WithPredicates::classified`].
    pub fn classified(&self) -> Classified<'_, Self> {
        WithPredicates::new(self).classified()
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

    /// Counts those rejections by policies further in as failures that `when_rejected` is true for (default:
    /// [`TimedOut`](Rejection::TimedOut), if the body had begun). It sees those that [`guard`](Self::guard) passes on.
    pub fn when_rejected<F: Fn(&Rejection) -> bool>(
        &self,
        when_rejected: F,
    ) -> WithPredicates<'_, Self, AnyError, NoPredicate, F> {
        WithPredicates::new(self).when_rejected(when_rejected)
    }

    /// Ignores the errors that `ignore_err` is true for: they are neutral, whatever `when_err` says.
    pub fn ignore_err<E, F: Fn(&E) -> bool>(
        &self,
        ignore_err: F,
    ) -> WithPredicates<'_, Self, AnyError, NoPredicate, TimedOutOnly, F> {
        WithPredicates::new(self).ignore_err(ignore_err)
    }
}

impl<'b, A, B, C, X, N> WithPredicates<'b, CircuitBreaker, A, B, C, X, N> {
    /// Which errors are neutral (default: none). It wins over `when_err`.
    pub fn ignore_err<E, F: Fn(&E) -> bool>(
        self,
        ignore_err: F,
    ) -> WithPredicates<'b, CircuitBreaker, A, B, C, F, N> {
        self.with_extra(ignore_err)
    }

    /// Runs `future` if the circuit lets it pass, and judges its result by these predicates.
    ///
    /// # Errors
    /// The future's own; [`Rejection::CircuitOpen`] as `E`.
    pub fn call<F, T, E, Via>(
        self,
        future: F,
    ) -> impl Future<Output = Result<T, E>> + use<'b, F, T, E, Via, A, B, C, X, N>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
        N: Inspector<Result<T, E>>,
    {
        edge(self.guard(body(future)))
    }

    /// The form for stacks by hand; see [`CircuitBreaker::guard`].
    ///
    /// # Errors
    /// A rejection, by this policy or one further in.
    pub fn guard<F, T, E>(
        self,
        inner: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'b, F, T, E, A, B, C, X, N>
    where
        F: Future<Output = Result<Result<T, E>, Rejection>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
        N: Inspector<Result<T, E>>,
    {
        guard(self.policy, unknown(inner), self.inspector, move |judging: Judging<'_, _, _>| {
            self.judge_call(judging)
        })
    }

    /// [`guard`](Self::guard) of a plain future; see [`CircuitBreaker::guard_body`].
    ///
    /// # Errors
    /// A rejection by this policy.
    pub fn guard_body<F, T, E>(
        self,
        future: F,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'b, F, T, E, A, B, C, X, N>
    where
        F: Future<Output = Result<T, E>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
        N: Inspector<Result<T, E>>,
    {
        self.guard(body(future))
    }

    /// [`call`](Self::call) for synchronous code.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E, Via>(self, f: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        E: FromRejection<Via>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
        N: Inspector<Result<T, E>>,
    {
        let body = || stack::body_blocking(f);
        let judge = |judging: Judging<'_, _, _>| self.judge_call(judging);
        stack::finish(guard_blocking(self.policy, body, self.inspector, judge))
    }

    #[inline]
    fn judge_call<T, E>(&self, judging: Judging<'_, Result<T, E>, N>) -> Verdict
    where
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        X: Predicate<E>,
        N: Inspector<Result<T, E>>,
    {
        self.judge(judging.ignore_err(|error| self.extra.test(error)))
    }
}
