//! Taking the facts of a call along, into a task of its own.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::facts::Facts;

pin_project! {
    /// A future, or stream, that knows the call in which [`inherit`] was called.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Inherited<F> {
        facts: Facts,
        #[pin]
        inner: F,
    }
}

/// Takes the facts of the running call along with `future`, wherever and by whatever task it is polled: the
/// [`deadline`](crate::deadline), the number of the [`attempt`](crate::attempt), the [`call_id`](crate::call_id), the
/// [`priority`](crate::priority()), and whether the call is a trial of a half-open circuit breaker, so that calls in it through the same breaker belong to it.
///
/// They are those in force where `inherit` is called, and they replace those around each poll. Outside any call there
/// are none, and the future sees none. A future that is not spawned needs no `inherit`: what a body awaits in its own
/// task sees its facts anyway.
///
/// The deadline is told, not enforced: the timeout that has set it drops its own body, and a spawned task isn't part
/// of that. Guarded functions in the task heed it: a `timeout` doesn't start its body after it, a `retry` begins no
/// attempt. To end the task with the call, abort it.
///
/// **Cancellation:** dropping it drops `future`. A task that was spawned with it runs on.
///
/// ```
/// use resilience::{Rejection, inherit, timeout};
///
/// #[timeout("1s")]
/// async fn search() -> Result<bool, Rejection> {
///     let bare = tokio::spawn(async { resilience::deadline() });
///     let told = tokio::spawn(inherit(async { resilience::deadline() }));
///     assert_eq!(bare.await.unwrap(), None);
///     Ok(told.await.unwrap().is_some())
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert_eq!(search().await.unwrap(), true);
/// # }
/// ```
pub fn inherit<F>(future: F) -> Inherited<F> {
    Inherited { facts: Facts::current(), inner: future }
}

impl<F: Future> Future for Inherited<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.facts.scope(|| this.inner.poll(cx))
    }
}

impl<S: Stream> Stream for Inherited<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.facts.scope(|| this.inner.poll_next(cx))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
