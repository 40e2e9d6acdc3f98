//! The function's edge: here, and only here, a refusal becomes the user's error.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::Rejection;
use crate::verdict::Fallible;

/// A return type that can carry a refusal: `Result<T, E>` with `E: From<Rejection>`.
#[diagnostic::on_unimplemented(
    message = "a policy of this function may refuse the call, and `{Self}` can't say so",
    label = "its error type lacks `From<resilience::Rejection>`",
    note = "add `impl From<resilience::Rejection> for YourError {{ fn from(r: resilience::Rejection) -> Self {{ … }} }}`, or write `rejection = YourError::from_rejection` in one attribute of the stack"
)]
pub trait FromRejection: Sized {
    /// The refusal as the function's own result.
    fn from_rejection(rejection: Rejection) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Rejection>> FromRejection for Result<T, E> {
    fn from_rejection(rejection: Rejection) -> Self {
        Err(rejection.into())
    }
}

/// Ends a stack.
pub fn finish<R: FromRejection>(outcome: Result<R, Rejection>) -> R {
    outcome.unwrap_or_else(R::from_rejection)
}

/// Ends a stack whose author maps refusals by a function.
#[allow(clippy::missing_errors_doc, reason = "the user's own result")]
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
pub fn finish_unrefused<R>(outcome: Result<R, Rejection>) -> R {
    outcome.unwrap_or_else(|rejection| unreachable!("no policy here refuses, yet: {rejection}"))
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
pub fn edge<R: FromRejection, F: Future<Output = Result<R, Rejection>>>(inner: F) -> Edge<F> {
    Edge { inner }
}

impl<R: FromRejection, F: Future<Output = Result<R, Rejection>>> Future for Edge<F> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        self.project().inner.poll(cx).map(finish)
    }
}
