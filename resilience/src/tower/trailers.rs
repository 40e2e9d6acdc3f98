//! gRPC calls whose status comes with the end of the response's body, as a circuit breaker sees them.

use std::any::Any;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::http::{HeaderMap, Response};
use ::http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use ::hyper::body::{Body, Bytes, Frame, SizeHint};
use ::tower::BoxError;
use pin_project_lite::pin_project;

use crate::circuit_breaker::{Answered, Permit, Settles};
use crate::foreign::{awaits_grpc_status, grpc_status_class};
use crate::rejection::Rejection;
use crate::stack::verdict::{Judges, Verdict, by_class};

/// Settles a call by its response, or, where a gRPC status is still to come, by that.
#[derive(Clone, Copy, Debug)]
pub(super) struct WithTrailers<J>(pub(super) J);

impl<T, J> Settles<'static, Result<T, BoxError>> for WithTrailers<J>
where
    T: 'static,
    J: Judges<Result<T, BoxError>>,
{
    fn settle(
        &self,
        permit: Permit<'static>,
        mut outcome: Result<Result<T, BoxError>, Rejection>,
    ) -> Result<Result<T, BoxError>, Rejection> {
        if self.0.verdict(&outcome) != Verdict::Success {
            return self.0.settle(permit, outcome);
        }
        let left = match &mut outcome {
            Ok(Ok(answer)) => watch(answer, permit),
            _ => Some(permit),
        };
        match left {
            Some(permit) => self.0.settle(permit, outcome),
            None => outcome,
        }
    }
}

/// Hands the permit to the body of a gRPC response that says nothing yet; gives it back where that can't be done.
fn watch(answer: &mut dyn Any, permit: Permit<'static>) -> Option<Permit<'static>> {
    let mut permit = Some(permit);
    #[cfg(feature = "axum")]
    watch_in(answer, &mut permit, ::axum::body::Body::new);
    #[cfg(feature = "tonic")]
    watch_in(answer, &mut permit, ::tonic::body::Body::new);
    watch_in(answer, &mut permit, BoxBody::<Bytes, BoxError>::new);
    watch_in(answer, &mut permit, BoxBody::<Bytes, std::convert::Infallible>::new);
    watch_in(answer, &mut permit, UnsyncBoxBody::<Bytes, BoxError>::new);
    watch_in(answer, &mut permit, UnsyncBoxBody::<Bytes, std::convert::Infallible>::new);
    permit
}

/// The same for one type of bodies.
fn watch_in<B: Default + 'static>(
    answer: &mut dyn Any,
    permit: &mut Option<Permit<'static>>,
    new: fn(Watched<B>) -> B,
) {
    let Some(response) = answer.downcast_mut::<Response<B>>() else { return };
    if !awaits_grpc_status(response.headers()) {
        return;
    }
    if let Some(permit) = permit.take() {
        let inner = mem::take(response.body_mut());
        *response.body_mut() = new(Watched { inner, call: Some(permit.answered()) });
    }
}

pin_project! {
    /// The body of a gRPC response whose status is still to come.
    struct Watched<B> {
        #[pin]
        inner: B,
        // A body that is dropped before its end has answered: it has done what its reader wanted.
        call: Option<Answered>,
    }
}

impl<B: Body> Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        let verdict = match &frame {
            Some(Ok(frame)) => frame.trailers_ref().map(by_trailers),
            Some(Err(_)) => Some(Verdict::Failure),
            None => Some(Verdict::Success),
        };
        match (verdict, this.call.as_ref()) {
            (Some(verdict), _) => this.call.take().into_iter().for_each(|call| call.end(verdict)),
            // A stream may last for hours, and the circuit waits for its trials: a message is success enough.
            (None, Some(call)) if call.is_trial() => *this.call = None,
            (None, _) => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn by_trailers(trailers: &HeaderMap) -> Verdict {
    grpc_status_class(trailers).map_or(Verdict::Success, by_class)
}
