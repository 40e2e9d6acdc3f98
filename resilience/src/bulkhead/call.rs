//! A bulkhead by hand.

use super::future::{Acquire, guard, guard_blocking};
use super::{Bulkhead, BulkheadPermit};
use crate::rejection::Rejection;
use crate::stack::{FromRejection, body, body_blocking, drop_on_ready, edge, finish};

impl Bulkhead {
    /// Takes a slot if one is free and no call waits; never waits itself, whatever `max_wait` says.
    ///
    /// # Errors
    /// [`Rejection::BulkheadFull`].
    #[inline]
    pub fn try_acquire(&self) -> Result<BulkheadPermit<'_>, Rejection> {
        if self.enter() || self.enter_apart() {
            Ok(BulkheadPermit::new(self))
        } else {
            Err(self.reject())
        }
    }

    /// Takes a slot, and waits for it as long as `max_wait` says.
    ///
    /// # Errors
    /// [`Rejection::BulkheadFull`].
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire::new(self)
    }

    /// Runs `future` in a slot.
    ///
    /// # Errors
    /// The future's own; [`Rejection::BulkheadFull`] as `E`.
    pub fn call<F, T, E, Via>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<T, E>> + use<'_, F, T, E, Via>
    where
        F: Future<Output = Result<T, E>>,
        E: FromRejection<Via>,
    {
        edge(self.guard(body(future)))
    }

    /// Runs `f` in a slot if one is free; a synchronous function never waits for one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E: FromRejection<Via>, Via>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        finish(guard_blocking(self, || body_blocking(f)))
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
        guard(self, drop_on_ready(inner))
    }

    /// [`guard`](Self::guard) of a plain future: the innermost of a stack by hand. Its result needs no room for a rejection.
    ///
    /// # Errors
    /// A rejection by this policy.
    pub fn guard_body<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<F::Output, Rejection>> + use<'_, F> {
        self.guard(body(future))
    }
}
