//! Rejections in the words of the protocol that is spoken.

use std::pin::Pin;
use std::task::{Context, Poll};

use ::tower::BoxError;
use pin_project_lite::pin_project;

/// The error of a call that `Request` asked for. In gRPC it is a status: tonic answers with it, or hands it to the
/// client's caller, where any other error would be `UNKNOWN` or end the connection.
#[cfg(feature = "tonic")]
pub(crate) fn rejected_to<Request: 'static>(error: BoxError) -> BoxError {
    use std::any::TypeId;

    use crate::rejection::Rejection;

    type GrpcRequest = ::http::Request<::tonic::body::Body>;
    if TypeId::of::<Request>() != TypeId::of::<GrpcRequest>() {
        return error;
    }
    match error.downcast::<Rejection>() {
        Ok(rejection) => ::tonic::Status::from(*rejection).into(),
        Err(error) => error,
    }
}

/// The error of a call.
#[cfg(not(feature = "tonic"))]
#[expect(clippy::extra_unused_type_parameters, reason = "only gRPC has an error of its own")]
pub(crate) fn rejected_to<Request: 'static>(error: BoxError) -> BoxError {
    error
}

pin_project! {
    /// A call whose error is translated.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub(super) struct Translated<F> {
        translate: fn(BoxError) -> BoxError,
        #[pin]
        call: F,
    }
}

pub(super) fn translated<F>(translate: fn(BoxError) -> BoxError, call: F) -> Translated<F> {
    Translated { translate, call }
}

impl<T, F: Future<Output = Result<T, BoxError>>> Future for Translated<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.call.poll(cx).map_err(*this.translate)
    }
}
