//! A server's layer: each request is handled under the deadline that it came with.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use ::tower::{Layer, Service};
use pin_project_lite::pin_project;

use crate::foreign::is_grpc;
use crate::grammar::IntoDuration;
use crate::rejection::Rejection;
use crate::wire::{Entered, Terms};

/// Handles each request under the deadline that its headers tell: a layer for servers, axum's and tonic's among them.
///
/// It reads `grpc-timeout`, else `x-envoy-expected-rq-timeout-ms`, else `x-request-timeout-ms`. The handler, and every
/// policy in it, sees the time as its [`deadline`](crate::deadline), and is dropped when it ends. A request that comes
/// with less than 5 ms isn't handled. Either is answered with `grpc-status: 4` to a gRPC request, and with status 504 to
/// any other. What a body streams after the handler has returned is under no deadline.
///
/// | option | default |
/// |---|---|
/// | [`at_most`](InboundLayer::at_most) | no cap |
/// | [`min`](InboundLayer::min) | 5 ms |
/// | [`ignore_deadline`](InboundLayer::ignore_deadline) | deadlines are believed |
/// | [`trust`](InboundLayer::trust) | no sender says which attempt it makes, or how important it is |
/// | [`demote_retries`](InboundLayer::demote_retries) | a repeated request has its sender's priority |
///
/// ```
/// use axum::{Router, routing::get};
///
/// let app: Router = Router::new()
///     .route("/", get(|| async { format!("{:?} left", resilience::remaining()) }))
///     .layer(resilience::tower::inbound().at_most("30s"));
/// ```
#[must_use]
pub fn inbound() -> InboundLayer {
    InboundLayer { terms: Terms::DEFAULT }
}

/// The layer: what [`inbound`] returns.
#[derive(Clone, Debug)]
pub struct InboundLayer {
    terms: Terms,
}

/// A service that handles each request under the deadline that it came with.
#[derive(Clone, Debug)]
pub struct Inbound<S> {
    inner: S,
    terms: Terms,
}

impl InboundLayer {
    /// The longest time that any request is handled, one without a deadline included. No cap without it.
    ///
    /// # Panics
    ///
    /// When the text is no duration.
    #[must_use]
    #[track_caller]
    pub fn at_most(mut self, limit: impl IntoDuration) -> Self {
        self.terms.at_most = Some(limit.into_duration());
        self
    }

    /// The least time that is worth beginning with (default: 5 ms): a request that comes with less is rejected.
    ///
    /// # Panics
    ///
    /// When the text is no duration.
    #[must_use]
    #[track_caller]
    pub fn min(mut self, min: impl IntoDuration) -> Self {
        self.terms.min = min.into_duration();
        self
    }

    /// Believes no deadline: for work that must be done although its caller has given up. The cap holds all the same.
    #[must_use]
    pub fn ignore_deadline(mut self) -> Self {
        self.terms.ignore_deadline = true;
        self
    }

    /// Believes `x-resilience-attempt` and `x-resilience-priority` of requests that `trust` is true for: they are the
    /// [`attempt`](crate::attempt) and the [`priority`](crate::priority()) in the handler, and are passed on. By default no
    /// sender is trusted, because any sender can write a header.
    ///
    /// ```
    /// let layer = resilience::tower::inbound()
    ///     .trust(|headers| headers.get("x-mesh-identity").is_some_and(|id| id == "shop"));
    /// ```
    #[must_use]
    pub fn trust(mut self, trust: impl Fn(&HeaderMap) -> bool + Send + Sync + 'static) -> Self {
        self.terms.trust = Some(Arc::new(trust));
        self
    }

    /// Handles what a trusted sender repeats at the next lower [`Priority`](crate::Priority): where a bulkhead is near its
    /// limit, repeated requests give way to new ones, so that retries of several services don't multiply.
    #[must_use]
    pub fn demote_retries(mut self) -> Self {
        self.terms.demote_retries = true;
        self
    }
}

impl<S> Layer<S> for InboundLayer {
    type Service = Inbound<S>;

    fn layer(&self, inner: S) -> Inbound<S> {
        Inbound { inner, terms: self.terms.clone() }
    }
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Inbound<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Handled<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let is_grpc = is_grpc(request.headers());
        let work = match self.terms.believe(request.headers()) {
            Ok(believed) => believed.enter(self.inner.call(request)),
            Err(rejection) => Entered::rejected(rejection),
        };
        Handled { is_grpc, work }
    }
}

pin_project! {
    /// A request that is being handled.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Handled<F> {
        is_grpc: bool,
        #[pin]
        work: Entered<F>,
    }
}

impl<F, B, E> Future for Handled<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let handled = ready!(this.work.poll(cx));
        Poll::Ready(handled.unwrap_or_else(|rejection| Ok(rejected(rejection, *this.is_grpc))))
    }
}

/// To gRPC a response without a body, whose headers are its trailers.
fn rejected<B: Default>(rejection: Rejection, is_grpc: bool) -> Response<B> {
    let mut response = Response::new(B::default());
    if is_grpc {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", HeaderValue::from_static("4"));
        if let Ok(message) = HeaderValue::try_from(rejection.to_string()) {
            headers.insert("grpc-message", message);
        }
    } else {
        *response.status_mut() = StatusCode::from(rejection);
    }
    response
}
