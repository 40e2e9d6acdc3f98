//! A timeout by hand.

use std::time::Duration;

use super::Timeout;
use super::future::{guard, guard_after};
use crate::rejection::Rejection;
use crate::stack::{FromRejection, body, edge};

impl Timeout {
    /// Runs `future` for as long as the limit allows.
    ///
    /// # Errors
    /// The future's own; [`Rejection::TimedOut`] and [`Rejection::DeadlineExceeded`] as `E`.
    pub fn call<F, T, E, Via>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<T, E>> + use<'_, F, T, E, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(guard(self, body(future)))
    }

    /// [`call`](Self::call) with a limit of its own. One of zero lets a body pass that never waits.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_within<F, T, E, Via>(
        &self,
        limit: Duration,
        future: F,
    ) -> impl Future<Output = Result<T, E>> + use<'_, F, T, E, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(guard_after(self, limit, body(future)))
    }

    /// The form for stacks by hand: rejections travel beside results, so that policies further out know them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`.
    ///
    /// # Errors
    /// A rejection, by this policy or one further in.
    pub fn guard<F, R>(
        &self,
        inner: F,
    ) -> impl Future<Output = Result<R, Rejection>> + use<'_, F, R>
    where
        F: Future<Output = Result<R, Rejection>>,
    {
        guard(self, inner)
    }

    /// [`guard`](Self::guard) of a plain future: the innermost of a stack by hand. Its result needs no room for a rejection.
    ///
    /// # Errors
    /// A rejection by this policy.
    pub fn guard_body<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<F::Output, Rejection>> + use<'_, F> {
        guard(self, body(future))
    }
}
