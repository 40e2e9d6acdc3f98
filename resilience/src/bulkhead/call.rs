//! A bulkhead by hand.

use super::adaptive::Unjudged;
use super::future::{Acquire, Admitted};
use super::guard::{guard, guard_blocking};
use super::{Bulkhead, BulkheadPermit};
use crate::rejection::Rejection;
use crate::stack::inspect::NoInspector;
use crate::stack::{FromRejection, body, body_blocking, drop_on_ready, edge, finish};

impl Bulkhead {
    /// Takes a slot if one is free and no call waits; never waits itself, whatever `max_wait` says.
    ///
    /// # Errors
    /// [`Rejection::BulkheadFull`].
    #[inline]
    pub fn try_acquire(&self) -> Result<BulkheadPermit<'_>, Rejection> {
        match self.enter() {
            Some(start) => Ok(BulkheadPermit::new(self, start)),
            None => Err(self.reject()),
        }
    }

    /// Takes a slot, and waits for it as long as `max_wait` says.
    ///
    /// # Errors
    /// [`Rejection::BulkheadFull`].
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire::new(self)
    }

    /// Runs `future` in a slot. Its error says nothing to an adaptive limit, that of a time limit inside included: use
    /// [`guard`](Self::guard) around the time limit's `guard`, or [`acquire`](Self::acquire) and
    /// [`BulkheadPermit::overload`](super::BulkheadPermit::overload).
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
        edge(guard(self, drop_on_ready(body(future)), NoInspector, never))
    }

    /// Runs `f` in a slot if one is free; a synchronous function never waits for one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_blocking<T, E: FromRejection<Via>, Via>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        finish(guard_blocking(self, || body_blocking(f), NoInspector, never))
    }

    /// The form for stacks by hand: rejections travel beside results, so that policies further out know them apart.
    /// `inner` is the outcome of another policy's `guard`, or a body with its result in `Ok`. What that result says stays
    /// unknown: to an adaptive limit every one is a success.
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
        Admitted::new(self, drop_on_ready(inner), Unjudged)
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

/// No error means too much load.
fn never<E>(_: &E) -> bool {
    false
}
