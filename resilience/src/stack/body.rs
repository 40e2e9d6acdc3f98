//! The user's body, seen from the policies around it.

use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::ambient;
use crate::rejection::Rejection;

pin_project! {
    /// The body's future. What it returns is an outcome that no policy rejected.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Body<F> {
        #[pin]
        inner: F,
    }
}

/// Puts a body at the core of a stack.
#[inline]
pub fn body<F>(inner: F) -> Body<F> {
    Body { inner }
}

impl<F: Future> Future for Body<F> {
    type Output = Result<F::Output, Rejection>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut inner = self.project().inner;
        let output = inner.as_mut().poll(cx);
        if output.is_pending() {
            ambient::note_body_waits(ptr::from_ref(&*inner).addr());
        }
        output.map(Ok)
    }
}

/// The same for a synchronous function.
#[allow(clippy::missing_errors_doc, reason = "no policy has rejected here")]
#[inline]
pub fn body_blocking<R>(inner: impl FnOnce() -> R) -> Result<R, Rejection> {
    Ok(inner())
}

/// Gives a block its type from a `return` that is never reached.
///
/// # Panics
///
/// Always; generated code puts it behind `if false`.
#[cold]
#[must_use]
pub fn never<R>() -> R {
    unreachable!("behind `if false`")
}
