//! A rate limiter by hand.

use std::borrow::Borrow;

use super::cost::{Cost, One};
use super::future::{Acquire, Limited, guard_cost, guard_cost_blocking};
use super::{Limit, RateLimiter};
use crate::rejection::Rejection;
use crate::stack::{FromRejection, body, body_blocking, edge, finish};

/// A [`RateLimiter`] for calls that take several turns: see [`RateLimiter::cost`].
#[derive(Debug)]
pub struct WithCost<'l, L: Borrow<Limit> = Limit, C = u32> {
    limiter: &'l RateLimiter<L>,
    cost: C,
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    /// The same limiter for calls that take `turns` turns each. A call that takes more than `burst` is rejected without
    /// `retry_after`; one that takes none passes whenever no caller waits.
    ///
    /// ```
    /// use resilience::{RateLimitConfig, RateLimiter};
    ///
    /// static ROWS: RateLimiter = RateLimiter::new("rows", RateLimitConfig::per_second(1_000));
    ///
    /// assert!(ROWS.cost(600).try_acquire().is_ok());
    /// assert!(ROWS.cost(600).try_acquire().unwrap_err().retry_after().is_some());
    /// assert!(ROWS.cost(2_000).try_acquire().unwrap_err().retry_after().is_none());
    /// ```
    #[must_use]
    pub const fn cost(&self, turns: u32) -> WithCost<'_, L> {
        WithCost { limiter: self, cost: turns }
    }

    const fn single(&self) -> WithCost<'_, L, One> {
        WithCost { limiter: self, cost: One }
    }

    /// Lets one call pass, waiting for its turn up to `max_wait`. Dropped early, it leaves the queue.
    ///
    /// # Errors
    /// [`Rejection::RateLimited`]; [`Rejection::DeadlineExceeded`] if the deadline passed while it waited.
    pub fn acquire(&self) -> impl Future<Output = Result<(), Rejection>> + use<'_, L> {
        self.single().acquire()
    }

    /// Runs `future` if the rate allows it, waiting for its turn up to `max_wait`.
    ///
    /// # Errors
    /// The future's own; those of [`acquire`](Self::acquire) as `E`.
    pub fn call<F, T, E, Via>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<T, E>> + use<'_, L, F, T, E, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        self.single().call(future)
    }

    /// Runs `f` if the rate allows it; a synchronous function never waits for its turn.
    ///
    /// # Errors
    /// The function's own; [`Rejection::RateLimited`] as `E`.
    pub fn call_blocking<T, E: FromRejection<Via>, Via>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.single().call_blocking(f)
    }

    /// The form for stacks by hand: rejections travel beside results, so that policies further out know them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`.
    ///
    /// # Errors
    /// A rejection, by this policy or one further in.
    pub fn guard<F, R>(&self, inner: F) -> Limited<'_, L, &Self, One, F>
    where
        F: Future<Output = Result<R, Rejection>>,
    {
        self.single().guard(inner)
    }

    /// [`guard`](Self::guard) of a plain future: the innermost of a stack by hand. Its result needs no room for a rejection.
    ///
    /// # Errors
    /// A rejection by this policy.
    pub fn guard_body<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<F::Output, Rejection>> + use<'_, L, F> {
        self.single().guard_body(future)
    }
}

impl<'l, L: Borrow<Limit>, C: Cost> WithCost<'l, L, C> {
    /// [`RateLimiter::try_acquire`]
    ///
    /// # Errors
    /// [`Rejection::RateLimited`]
    pub fn try_acquire(&self) -> Result<(), Rejection> {
        self.limiter.try_take(self.cost)
    }

    /// [`RateLimiter::acquire`]
    ///
    /// # Errors
    /// The same.
    pub fn acquire(&self) -> impl Future<Output = Result<(), Rejection>> + use<'l, L, C> {
        Acquire::new(self.limiter, self.cost)
    }

    /// [`RateLimiter::call`]
    ///
    /// # Errors
    /// The same.
    pub fn call<F, T, E, Via>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<T, E>> + use<'l, L, C, F, T, E, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(self.guard(body(future)))
    }

    /// [`RateLimiter::call_blocking`]
    ///
    /// # Errors
    /// The same.
    pub fn call_blocking<T, E: FromRejection<Via>, Via>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        finish(guard_cost_blocking(self.limiter, || body_blocking(f), self.cost))
    }

    /// [`RateLimiter::guard`]
    ///
    /// # Errors
    /// The same.
    pub fn guard<F, R>(&self, inner: F) -> Limited<'l, L, &'l RateLimiter<L>, C, F>
    where
        F: Future<Output = Result<R, Rejection>>,
    {
        guard_cost(self.limiter, inner, self.cost)
    }

    /// [`RateLimiter::guard_body`]
    ///
    /// # Errors
    /// The same.
    pub fn guard_body<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<F::Output, Rejection>> + use<'l, L, C, F> {
        self.guard(body(future))
    }
}
