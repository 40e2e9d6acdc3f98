//! Predicates by hand: which outcomes make the next attempt start at once, and which one wins.

use super::Hedge;
use super::future::start;
use crate::Rejection;
use crate::judged::{EveryErr, Judged, Predicate, Unset};

/// Predicates; see [`Judged`]. Each starts a builder that ends with [`call`](Judged::call).
impl Hedge {
    /// Only the errors that `when_err` is true for are failures (default: every one); another one ends the call.
    pub fn when_err<E, F: Fn(&E) -> bool>(&self, when_err: F) -> Judged<'_, Self, F> {
        Judged::new(self).when_err(when_err)
    }

    /// The successes that `when_ok` is true for are failures, too (default: none).
    pub fn when_ok<T, F: Fn(&T) -> bool>(&self, when_ok: F) -> Judged<'_, Self, EveryErr, F> {
        Judged::new(self).when_ok(when_ok)
    }

    /// The refusals that `when_rejected` is true for are failures (default: [`TimedOut`](Rejection::TimedOut)); see
    /// [`Judged::when_rejected`].
    pub fn when_rejected<F: Fn(&Rejection) -> bool>(
        &self,
        when_rejected: F,
    ) -> Judged<'_, Self, EveryErr, Unset, F> {
        Judged::new(self).when_rejected(when_rejected)
    }
}

impl<'h, A, B, C> Judged<'h, Hedge, A, B, C> {
    /// Runs what `operation` makes, and makes another one when that takes too long or fails by these predicates.
    ///
    /// # Errors
    /// The last attempt's, when all have failed; the first one that is no failure.
    pub fn call<Op, F, T, E>(
        self,
        operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<'h, Op, F, T, E, A, B, C>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
        A: Predicate<E>,
        B: Predicate<T>,
    {
        start(self.policy, operation, move |result: &Result<T, E>| self.judge_result(result))
    }

    /// Attempts that keep refusals apart from results; see [`Hedge::guard`].
    ///
    /// # Errors
    /// The last refusal.
    pub fn guard<Op, F, T, E>(
        self,
        operation: Op,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'h, Op, F, T, E, A, B, C>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<Result<T, E>, Rejection>>,
        A: Predicate<E>,
        B: Predicate<T>,
        C: Predicate<Rejection>,
    {
        start(self.policy, operation, move |outcome: &_| self.judge(outcome, |_| false))
    }
}
