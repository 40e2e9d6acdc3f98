//! The futures of guarded services, and what they tell the layers around them: whether the service has begun, or its call
//! still waits in a queue of a layer further in.

use std::fmt;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll};

use ::tower::BoxError;
use pin_project_lite::pin_project;

use crate::ambient;

/// A guarded call in flight. Services need a future that has a name, so what it holds is boxed.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct InFlight<T>(Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>);

impl<T> InFlight<T> {
    pub(super) fn new(call: impl Future<Output = Result<T, BoxError>> + Send + 'static) -> Self {
        Self(Box::pin(call))
    }
}

impl<T> Future for InFlight<T> {
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = self.0.as_mut().poll(cx);
        if answer.is_pending() {
            ambient::note_call_waits(ptr::from_ref(&*self).addr());
        }
        answer
    }
}

impl<T> fmt::Debug for InFlight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").finish_non_exhaustive()
    }
}

pin_project! {
    /// What a layer has called.
    pub(super) struct Inside<F> {
        #[pin]
        call: F,
    }
}

pub(super) fn inside<F>(call: F) -> Inside<F> {
    Inside { call }
}

impl<F: Future> Future for Inside<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut call = self.project().call;
        let answer = call.as_mut().poll(cx);
        if answer.is_pending() {
            ambient::note_service_waits(ptr::from_ref(&*call).addr());
        }
        answer
    }
}
