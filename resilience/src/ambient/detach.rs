//! Keeping the facts of a call away from what outlives it, or is shared beyond it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::cancelled;
use super::facts::Facts;

pin_project! {
    /// A future, or stream, that knows nothing of the calls from within which it is polled. See [`detach`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Detached<F> {
        #[pin]
        inner: Option<F>,
    }

    impl<F> PinnedDrop for Detached<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut inner = this.project().inner;
            cancelled(|| inner.set(None));
        }
    }
}

/// Shields `future` from the facts of the calls around its polls: it sees no [`deadline`](crate::deadline), attempt 1,
/// no [`call_id`](crate::call_id) but its own, and the default [`priority`](crate::priority()).
///
/// Facts are those of the code that polls. A future that outlives its call, or serves several, would see now this
/// call's deadline and idempotency key, now that one's: a `Shared` flight that several callers wait for, a
/// `FuturesUnordered` that is kept in `self`, a `LocalSet` that a guarded body drives. Detached, such a future has
/// only those that it sets itself, with a `timeout` or `retry` of its own. A spawned task needs no `detach`.
///
/// **Cancellation:** dropping it drops `future`, for which that is a cancellation, also when a timeout around its
/// owner is the cause: a circuit breaker inside counts no failure.
///
/// ```
/// use resilience::{Rejection, deadline, detach, timeout};
///
/// #[timeout("1s")]
/// async fn search() -> Result<(), Rejection> {
///     assert!(deadline().is_some());
///     detach(async { assert!(deadline().is_none()) }).await;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// search().await.unwrap();
/// # }
/// ```
pub fn detach<F>(future: F) -> Detached<F> {
    Detached { inner: Some(future) }
}

impl<F> Detached<F> {
    fn running(self: Pin<&mut Self>) -> Pin<&mut F> {
        self.project().inner.as_pin_mut().expect("it is there until the drop")
    }
}

impl<F: Future> Future for Detached<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let inner = self.running();
        Facts::none().scope(|| inner.poll(cx))
    }
}

impl<S: Stream> Stream for Detached<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let inner = self.running();
        Facts::none().scope(|| inner.poll_next(cx))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}
