//! A future that is gone when it is ready: what it owned must not outlive its slot.
//!
//! The body of an annotated function is an `async` block, which drops what it owns before it is ready; a future that
//! somebody wrote by hand need not.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

pin_project! {
    /// The future, until it is ready.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Gone<F> {
        #[pin]
        inner: Option<F>,
    }
}

/// Drops `inner` as soon as it is ready.
pub(super) fn gone<F>(inner: F) -> Gone<F> {
    Gone { inner: Some(inner) }
}

impl<F: Future> Future for Gone<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut inner = self.project().inner;
        let running = inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let output = ready!(running.poll(cx));
        inner.set(None);
        Poll::Ready(output)
    }
}
