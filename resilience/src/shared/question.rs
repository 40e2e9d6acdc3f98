//! A question to the store, within its time limit: one that its caller drops is still waited for, so that callers that are
//! less patient than the limit don't hide an outage.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Timeout, timeout};

use crate::circuit_breaker::CircuitBreaker;
use crate::fleet::store::{Failure, Reply};
use crate::sync::{AtomicBool, Ordering::Relaxed};

/// Ends with the store's answer, or when its time is over.
pub(super) struct Question<T: Send + 'static> {
    /// None once it is answered. On the heap, so that it can outlive its caller.
    reply: Option<Pin<Box<Timeout<Reply<T>>>>>,
    abandoned: Arc<Abandoned>,
}

impl<T: Send + 'static> Question<T> {
    pub(super) fn new(reply: Reply<T>, at_most: Duration, abandoned: &Arc<Abandoned>) -> Self {
        let reply = Some(Box::pin(timeout(at_most, reply)));
        Self { reply, abandoned: Arc::clone(abandoned) }
    }
}

impl<T: Send + 'static> Future for Question<T> {
    type Output = Result<T, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(reply) = &mut self.reply else { return Poll::Pending };
        let answer = std::task::ready!(reply.as_mut().poll(cx));
        self.reply = None;
        Poll::Ready(answer.unwrap_or_else(|too_late| Err(too_late.into())))
    }
}

impl<T: Send + 'static> Drop for Question<T> {
    fn drop(&mut self) {
        let Some(reply) = self.reply.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        if let Some(watch) = Watch::begin(&self.abandoned) {
            drop(runtime.spawn(async move { watch.end(matches!(reply.await, Ok(Ok(_)))) }));
        }
    }
}

/// Questions whose callers have left. One at a time is waited for.
pub(super) struct Abandoned {
    breaker: Arc<CircuitBreaker>,
    is_watched: AtomicBool,
}

impl Abandoned {
    pub(super) const fn new(breaker: Arc<CircuitBreaker>) -> Self {
        Self { breaker, is_watched: AtomicBool::new(false) }
    }
}

/// Waits for one of them. However it ends, the next may be waited for.
struct Watch(Arc<Abandoned>);

impl Watch {
    fn begin(abandoned: &Arc<Abandoned>) -> Option<Self> {
        let is_free = !abandoned.is_watched.swap(true, Relaxed);
        is_free.then(|| Self(Arc::clone(abandoned)))
    }

    fn end(self, is_answered: bool) {
        let Ok(permit) = self.0.breaker.try_acquire() else { return };
        if is_answered { permit.success() } else { permit.failure() }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.is_watched.store(false, Relaxed);
    }
}
