//! The function's edge: here, and only here, a refusal becomes the user's error.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::rejection::Rejection;
use crate::stack::verdict::Fallible;

/// An error that a refusal can become. It only words the compiler's error: the bound is `From<Rejection>`.
#[diagnostic::on_unimplemented(
    message = "a policy of this function may refuse the call, and `{Self}` can't say so: add `impl From<resilience::Rejection> for {Self}`",
    label = "its error type `{Self}` lacks `From<resilience::Rejection>`",
    note = "for example `impl From<resilience::Rejection> for {Self} {{ fn from(refusal: resilience::Rejection) -> Self {{ … }} }}`, or map refusals by a function: `rejection = f` in one attribute of the stack"
)]
pub trait Refused: Sized {
    /// The refusal as an error.
    fn refused(rejection: Rejection) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Rejection>> Refused for E {
    #[inline]
    fn refused(rejection: Rejection) -> Self {
        rejection.into()
    }
}

/// Ends a stack.
#[inline]
pub fn finish<R: Fallible<Error: Refused>>(outcome: Result<R, Rejection>) -> R {
    outcome.unwrap_or_else(|rejection| R::from_error(R::Error::refused(rejection)))
}

/// Ends a stack whose author maps refusals by a function.
#[allow(clippy::missing_errors_doc, reason = "the user's own result")]
#[inline]
pub fn finish_with<T, E>(
    outcome: Result<Result<T, E>, Rejection>,
    map: impl FnOnce(Rejection) -> E,
) -> Result<T, E> {
    outcome.unwrap_or_else(|rejection| Err(map(rejection)))
}

/// Ends a stack in which no policy ever refuses.
///
/// # Panics
///
/// Never: only stacks of such policies are ended by it.
#[inline]
pub fn finish_unrefused<R>(outcome: Result<R, Rejection>) -> R {
    outcome.unwrap_or_else(|rejection| unreachable!("no policy here refuses, yet: {rejection}"))
}

/// What a fallback says: no refusal is left.
#[allow(clippy::missing_errors_doc, reason = "no policy refuses here")]
pub fn answered<R>(result: R) -> Result<R, Rejection> {
    Ok(result)
}

/// Lets the compiler complain about a return type that isn't a `Result`, at that type.
pub const fn returns_result<R: Fallible>() {}

pin_project! {
    /// A whole guarded call, made by hand.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Edge<F> {
        #[pin]
        inner: F,
    }
}

/// Ends a stack that is a future.
#[inline]
pub fn edge<R: Fallible<Error: Refused>, F: Future<Output = Result<R, Rejection>>>(
    inner: F,
) -> Edge<F> {
    Edge { inner }
}

impl<R: Fallible<Error: Refused>, F: Future<Output = Result<R, Rejection>>> Future for Edge<F> {
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        self.project().inner.poll(cx).map(finish)
    }
}
