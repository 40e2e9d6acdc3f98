//! A future that doesn't outlive its end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

pin_project! {
    /// A future that is dropped as soon as it is ready, and not when its holder is. The blocks of generated code need
    /// none: they own nothing once they are ready.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct DropOnReady<F> {
        #[pin]
        inner: Option<F>,
    }
}

/// Ends the life of `inner` with its answer.
#[inline]
pub fn drop_on_ready<F: Future>(inner: F) -> DropOnReady<F> {
    DropOnReady { inner: Some(inner) }
}

impl<F: Future> Future for DropOnReady<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut inner = self.project().inner;
        let running = inner.as_mut().as_pin_mut().expect("a future is not polled after its end");
        let answer = ready!(running.poll(cx));
        inner.set(None);
        Poll::Ready(answer)
    }
}
