//! What a fault becomes, found out by what a function returns: an error that a test gave is its result, and at the edge of
//! a function without a policy that rejects its error may have room for a rejection.

use std::any::type_name;
use std::marker::PhantomData;

use super::typed::{TypedFault, error, unknown};
use crate::error::Error;
use crate::rejection::Rejection;

/// What a function returns.
pub struct Returned<R>(PhantomData<fn() -> R>);

impl<R> Returned<R> {
    /// A witness of the type.
    #[allow(clippy::new_without_default, reason = "only generated code calls it")]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Clone for Returned<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Returned<R> {}

/// A rung: the error is made from rejections.
pub trait RejectByFrom<R> {
    #[doc(hidden)]
    fn __resilience_reject(self, rejection: Rejection) -> R;
}

impl<T, E: From<Rejection>> RejectByFrom<Result<T, E>> for &&Returned<Result<T, E>> {
    fn __resilience_reject(self, rejection: Rejection) -> Result<T, E> {
        Err(rejection.into())
    }
}

/// A rung: the error holds a rejection.
pub trait RejectInError<R> {
    #[doc(hidden)]
    fn __resilience_reject(self, rejection: Rejection) -> R;
}

impl<T, E> RejectInError<Result<T, Error<E>>> for &Returned<Result<T, Error<E>>> {
    fn __resilience_reject(self, rejection: Rejection) -> Result<T, Error<E>> {
        Err(Error::Rejected(rejection))
    }
}

/// The last rung: neither.
pub trait RejectNowhere<R> {
    #[doc(hidden)]
    fn __resilience_reject(self, rejection: Rejection) -> R;
}

impl<R> RejectNowhere<R> for Returned<R> {
    fn __resilience_reject(self, rejection: Rejection) -> R {
        unmade(&rejection)
    }
}

/// A rung: an error that a test gave is one of the function's.
pub trait FailWithError<R> {
    #[doc(hidden)]
    fn __resilience_fault(self, fault: &TypedFault<'_>) -> R;
}

impl<T, E: 'static> FailWithError<Result<T, E>> for &Returned<Result<T, E>> {
    fn __resilience_fault(self, fault: &TypedFault<'_>) -> Result<T, E> {
        error(fault)
    }
}

/// The last rung: the function returns no result.
pub trait FailNowhere<R> {
    #[doc(hidden)]
    fn __resilience_fault(self, fault: &TypedFault<'_>) -> R;
}

impl<R> FailNowhere<R> for Returned<R> {
    fn __resilience_fault(self, fault: &TypedFault<'_>) -> R {
        unknown(fault)
    }
}

/// The end of a fault that can't leave the function.
///
/// # Panics
///
/// Always.
#[must_use]
pub fn unmade<R>(rejection: &Rejection) -> R {
    panic!(
        "no policy of `{0}` rejects, and its `{1}` can't be made from the fault of `test.fail`: write \
         `test.fail_with(\"{0}\", || …)` with an error of its own",
        rejection.policy(),
        type_name::<R>(),
    )
}

/// Ends a stack in which nothing but a fault rejects.
pub fn finish<R>(outcome: Result<R, Rejection>, reject: impl FnOnce(Rejection) -> R) -> R {
    outcome.unwrap_or_else(reject)
}
