//! The function's edge: here, and only here, a rejection becomes the user's error.

use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::ambient;
use crate::error::Error;
use crate::rejection::Rejection;
use crate::stack::verdict::Fallible;

/// An error that a rejection can become: by its `From<Rejection>`, or because it is an [`Error<E>`](Error), which can't
/// have one beside its `From<E>`. `Via` says which of the two, and is always inferred.
#[diagnostic::on_unimplemented(
    message = "a policy may reject this call, and `{Self}` can't say so: return `resilience::Error<{Self}>` instead, or give `{Self}` a `From<resilience::Rejection>`",
    label = "its error type `{Self}` can't be made from a `resilience::Rejection`",
    note = "an error of another crate: return `Result<_, resilience::Error<{Self}>>`; `?` works in the body as before",
    note = "an error of your own crate: `impl From<resilience::Rejection> for {Self} {{ fn from(rejection: resilience::Rejection) -> Self {{ … }} }}`",
    note = "either: map rejections by a function, `rejection = f` in one attribute of the stack, or answer for all of them, `#[fallback(Ok(…))]` on top"
)]
pub trait FromRejection<Via>: Sized + sealed::Sealed<Via> {
    /// The rejection as an error.
    #[doc(hidden)]
    fn from_rejection(rejection: Rejection) -> Self;
}

/// [`FromRejection`] for users who know this crate by another path: the compiler tells them of none that they don't have.
#[diagnostic::on_unimplemented(
    message = "a policy may reject this call, and `{Self}` can't say so: return `Error<{Self}>` of the crate that `crate = …` names, or give `{Self}` a `From<Rejection>`",
    label = "its error type `{Self}` can't be made from a `Rejection`",
    note = "an error of another crate: return `Result<_, Error<{Self}>>`; `?` works in the body as before",
    note = "an error of your own crate: `impl From<Rejection> for {Self} {{ fn from(rejection: Rejection) -> Self {{ … }} }}`",
    note = "either: map rejections by a function, `rejection = f` in one attribute of the stack, or answer for all of them, `#[fallback(Ok(…))]` on top"
)]
pub trait FromRejectionElsewhere<Via>: FromRejection<Via> {}

#[diagnostic::do_not_recommend]
impl<Via, E: FromRejection<Via>> FromRejectionElsewhere<Via> for E {}

/// Marks errors that a rejection becomes by `From<Rejection>`.
#[derive(Clone, Copy, Debug)]
pub struct ByFrom;

/// Marks [`Error<E>`](Error), which has room for a rejection.
#[derive(Clone, Copy, Debug)]
pub struct InError;

mod sealed {
    pub trait Sealed<Via> {}
    #[diagnostic::do_not_recommend]
    impl<E: From<crate::rejection::Rejection>> Sealed<super::ByFrom> for E {}
    impl<E> Sealed<super::InError> for crate::error::Error<E> {}
}

#[diagnostic::do_not_recommend]
impl<E: From<Rejection>> FromRejection<ByFrom> for E {
    #[inline]
    fn from_rejection(rejection: Rejection) -> Self {
        rejection.into()
    }
}

#[diagnostic::do_not_recommend]
impl<E> FromRejection<InError> for Error<E> {
    #[inline]
    fn from_rejection(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// Ends a stack.
#[inline]
pub fn finish<R: Fallible<Error: FromRejection<Via>>, Via>(outcome: Result<R, Rejection>) -> R {
    outcome.unwrap_or_else(|rejection| R::from_error(R::Error::from_rejection(rejection)))
}

/// [`finish`] for users who know this crate by another path.
#[inline]
pub fn finish_elsewhere<R: Fallible<Error: FromRejectionElsewhere<Via>>, Via>(
    outcome: Result<R, Rejection>,
) -> R {
    finish(outcome)
}

/// Ends a stack whose author maps rejections by a function.
#[allow(clippy::missing_errors_doc, reason = "the user's own result")]
#[inline]
pub fn finish_with<T, E>(
    outcome: Result<Result<T, E>, Rejection>,
    map: impl FnOnce(Rejection) -> E,
) -> Result<T, E> {
    outcome.unwrap_or_else(|rejection| Err(map(rejection)))
}

/// Ends a stack in which no policy ever rejects.
///
/// # Panics
///
/// Never: only stacks of such policies are ended by it.
#[inline]
pub fn finish_unrefused<R>(outcome: Result<R, Rejection>) -> R {
    outcome.unwrap_or_else(|rejection| unreachable!("no policy here rejects, yet: {rejection}"))
}

/// What a fallback says: no rejection is left.
#[allow(clippy::missing_errors_doc, reason = "no policy rejects here")]
pub fn answered<R>(result: R) -> Result<R, Rejection> {
    Ok(result)
}

/// Lets the compiler complain about a return type that isn't a `Result`, at that type.
pub const fn returns_result<R: Fallible>() {}

pin_project! {
    /// A whole guarded call, made by hand.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Edge<F, Via = ByFrom> {
        #[pin]
        inner: F,
        via: PhantomData<fn() -> Via>,
    }
}

/// Ends a stack that is a future.
#[inline]
pub fn edge<R, F, Via>(inner: F) -> Edge<F, Via>
where
    R: Fallible<Error: FromRejection<Via>>,
    F: Future<Output = Result<R, Rejection>>,
{
    Edge { inner, via: PhantomData }
}

impl<R, F, Via> Future for Edge<F, Via>
where
    R: Fallible<Error: FromRejection<Via>>,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let address = ptr::from_ref(&*self).addr();
        let outcome = self.project().inner.poll(cx);
        if outcome.is_pending() {
            ambient::note_call_waits(address);
        }
        outcome.map(finish)
    }
}
