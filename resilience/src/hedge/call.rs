//! Predicates by hand: which outcomes make the next attempt start at once, and which one wins.

use super::Hedge;
use super::future::start;
use crate::rejection::Rejection;
use crate::stack::inspect::Inspector;
use crate::stack::predicate::{Predicate, WithPredicates, predicates};
use crate::stack::verdict::Judging;

predicates! {
    Hedge,
    when_err: "Only the errors that `when_err` is true for are failures (default: every one); another one ends the call.",
    when_ok: "The successes that `when_ok` is true for are failures, too (default: none).",
    when_rejected: "The rejections that `when_rejected` is true for are failures (default: [`TimedOut`](crate::Rejection::TimedOut)); see [`WithPredicates::when_rejected`]."
}

impl<'h, A, B, C, X, N> WithPredicates<'h, Hedge, A, B, C, X, N> {
    /// Runs what `operation` makes, and makes another one when that takes too long or fails by these predicates.
    ///
    /// # Errors
    /// The last attempt's, when all have failed; the first one that is no failure.
    pub fn call<Op, F, T, E>(
        self,
        operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<'h, Op, F, T, E, A, B, C, X, N>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        N: Inspector<Result<T, E>>,
    {
        start(self.policy, operation, move |result: &Result<T, E>| self.judge_result(result))
    }

    /// Attempts that keep rejections apart from results; see [`Hedge::guard`].
    ///
    /// # Errors
    /// The last rejection.
    pub fn guard<Op, F, T, E>(
        self,
        operation: Op,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'h, Op, F, T, E, A, B, C, X, N>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<Result<T, E>, Rejection>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
        N: Inspector<Result<T, E>>,
    {
        start(self.policy, operation, move |outcome: &_| {
            self.judge(Judging::new(outcome, self.inspector))
        })
    }
}
