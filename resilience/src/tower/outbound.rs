//! A client's layer: each request takes the facts of its call along.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::{HeaderMap, Method, Request};
use ::tower::{BoxError, Layer, Service};
use pin_project_lite::pin_project;

use super::rejected::rejected_to;
use crate::grammar::IntoDuration;
use crate::wire::{MARGIN, Outgoing};

/// Puts the facts of the running call into each request: a layer for clients, tonic's and reqwest's among them.
///
/// As [`wire::headers`](crate::wire::headers) does: the time left as `grpc-timeout` and `x-request-timeout-ms`, a
/// priority that isn't the usual one, and inside a retry or hedge the number of the attempt and, for methods that aren't safe (POST, PUT, PATCH, DELETE), the
/// [`call_id`](crate::call_id) as `idempotency-key`. A header that a request has already stays, unless it claims more
/// time than there is.
///
/// It belongs inside the retries, so that each attempt tells what is left to it. A request whose time is over isn't sent:
/// [`DeadlineExceeded`](crate::Rejection::DeadlineExceeded) of the policy `outbound`, in a [`BoxError`].
///
/// ```
/// use http::{HeaderMap, Request, Response};
/// use resilience::{Retry, Timeout, retry, timeout};
/// use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
///
/// #[timeout("1s")]
/// static TOTAL: Timeout;
/// #[retry]
/// static RETRY: Retry;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = ServiceBuilder::new()
///     .layer(TOTAL.layer())
///     .layer(RETRY.layer())
///     .layer(resilience::tower::outbound())
///     .service(service_fn(|sent: Request<()>| async move {
///         Ok::<HeaderMap, BoxError>(sent.headers().clone())
///     }));
/// let sent = client.oneshot(Request::post("http://orders/").body(()).unwrap()).await.unwrap();
/// assert_eq!(sent["x-resilience-attempt"], "1");
/// assert!(sent.contains_key("grpc-timeout") && sent.contains_key("idempotency-key"));
/// # }
/// ```
#[must_use]
pub fn outbound() -> OutboundLayer {
    OutboundLayer { margin: MARGIN }
}

/// The layer: what [`outbound`] returns.
#[derive(Clone, Copy, Debug)]
pub struct OutboundLayer {
    margin: Duration,
}

/// A client that puts the facts of the running call into each request.
#[derive(Clone, Copy, Debug)]
pub struct Outbound<S> {
    inner: S,
    margin: Duration,
}

impl OutboundLayer {
    /// What is taken off the time left for the way there and back (default: 5 ms); at least half is kept.
    ///
    /// # Panics
    ///
    /// When the text is no duration.
    #[must_use]
    #[track_caller]
    pub fn margin(self, margin: impl IntoDuration) -> Self {
        Self { margin: margin.into_duration() }
    }
}

impl<S> Layer<S> for OutboundLayer {
    type Service = Outbound<S>;

    fn layer(&self, inner: S) -> Outbound<S> {
        Outbound { inner, margin: self.margin }
    }
}

/// A request that goes out: `http`'s, and with feature `reqwest` that crate's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no request with headers",
    label = "`http::Request<_>`, or `reqwest::Request` with feature `reqwest`",
    note = "the layer belongs where requests are HTTP's already: below what makes them from others"
)]
pub trait OutgoingRequest: sealed::Sealed {
    #[doc(hidden)]
    fn parts_mut(&mut self) -> (Method, &mut HeaderMap);
}

mod sealed {
    pub trait Sealed {}

    impl<B> Sealed for ::http::Request<B> {}
    #[cfg(feature = "reqwest")]
    impl Sealed for ::reqwest::Request {}
}

impl<B> OutgoingRequest for Request<B> {
    fn parts_mut(&mut self) -> (Method, &mut HeaderMap) {
        (self.method().clone(), self.headers_mut())
    }
}

#[cfg(feature = "reqwest")]
impl OutgoingRequest for ::reqwest::Request {
    fn parts_mut(&mut self) -> (Method, &mut HeaderMap) {
        (self.method().clone(), self.headers_mut())
    }
}

impl<S, R> Service<R> for Outbound<S>
where
    S: Service<R, Error: Into<BoxError>>,
    R: OutgoingRequest + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Sent<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: R) -> Self::Future {
        let (method, headers) = request.parts_mut();
        match Outgoing::here(self.margin).write(&method, headers) {
            Ok(()) => Sent::Sent { answer: self.inner.call(request) },
            Err(rejection) => Sent::Rejected { error: Some(rejected_to::<R>(rejection.into())) },
        }
    }
}

pin_project! {
    /// A request on its way.
    #[project = SentProjection]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    #[derive(Debug)]
    pub enum Sent<F> {
        #[doc(hidden)]
        Sent { #[pin] answer: F },
        #[doc(hidden)]
        Rejected { error: Option<BoxError> },
    }
}

impl<F, T, E> Future for Sent<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            SentProjection::Sent { answer } => answer.poll(cx).map_err(Into::into),
            SentProjection::Rejected { error } => {
                Poll::Ready(Err(error.take().expect("a future is not polled after its end")))
            }
        }
    }
}
