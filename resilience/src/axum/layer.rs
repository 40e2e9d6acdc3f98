//! A policy as a layer of axum's routes, whose rejections are responses.

use std::convert::Infallible;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::axum::body::{Body, Bytes, HttpBody, to_bytes};
use ::axum::extract::Request;
use ::axum::http::StatusCode;
use ::axum::http::request::Parts;
use ::axum::response::{IntoResponse, Response};
use ::tower::util::ServiceExt;
use ::tower::{BoxError, Layer, Service};

use super::problem::problem;
use crate::rejection::Rejection;
use crate::tower::{AnswerJudge, Protect};

/// As much as axum's extractors read.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// Guards axum's routes with a shared policy. A rejection becomes a response, 429, 503 or 504 with `Retry-After`: see
/// the `IntoResponse` of [`Rejection`].
///
/// Policies that judge go by what a response says about itself, its [`Classify`](crate::Classify): 408, 425, 429 and 5xx
/// are failures, of which a retry repeats all but 501, after their `Retry-After`. One that may call the routes again (a
/// retry, a hedge, a pipeline with a retry) reads the request's body first, at most 2 MB of it: more is 413.
///
/// ```
/// use axum::{Router, routing::get};
/// use resilience::{RateLimiter, rate_limit};
///
/// #[rate_limit("100/s")]
/// static API: RateLimiter;
///
/// let app: Router = Router::new().route("/", get(|| async { "shop" })).layer(resilience::axum::layer(&API));
/// ```
pub fn layer<P: Protect>(policy: &'static P) -> RouteLayer<P> {
    RouteLayer { policy }
}

/// The layer: what [`layer`] returns.
pub struct RouteLayer<P: 'static> {
    policy: &'static P,
}

/// Guarded routes.
pub struct GuardedRoutes<S, P: 'static> {
    inner: S,
    policy: &'static P,
}

impl<S, P> Layer<S> for RouteLayer<P> {
    type Service = GuardedRoutes<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardedRoutes { inner, policy: self.policy }
    }
}

impl<S, P> Service<Request> for GuardedRoutes<S, P>
where
    S: Service<Request, Response: IntoResponse, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
    P: Protect,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    /// The first attempt uses the service that was made ready.
    fn call(&mut self, request: Request) -> Self::Future {
        let spare = self.inner.clone();
        let ready = mem::replace(&mut self.inner, spare.clone());
        let policy = self.policy;
        Box::pin(async move {
            let replay = match Replay::of(request, policy.may_repeat()).await {
                Ok(replay) => replay,
                Err(response) => return Ok(response),
            };
            let outcome =
                policy.protect(attempts(ready, spare, replay), AnswerJudge::KNOWN, |error| error);
            let outcome = outcome.await;
            Ok(outcome.unwrap_or_else(|error| rejected(&*error)))
        })
    }
}

fn attempts<S>(
    ready: S,
    spare: S,
    mut replay: Replay,
) -> impl FnMut() -> Pin<Box<dyn Future<Output = Result<Response, BoxError>> + Send>>
where
    S: Service<Request, Response: IntoResponse, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
{
    let mut ready = Some(ready);
    move || {
        let (first, request) = (ready.take(), replay.request());
        let spare = spare.clone();
        Box::pin(async move {
            let response = match first {
                Some(mut service) => service.call(request).await?,
                None => spare.oneshot(request).await?,
            };
            Ok(response.into_response())
        })
    }
}

fn rejected(error: &(dyn std::error::Error + 'static)) -> Response {
    match Rejection::find(error) {
        Some(rejection) => rejection.into_response(),
        None => problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), ()),
    }
}

/// A request that can be sent again, if that is wanted.
struct Replay {
    parts: Parts,
    body: Replayed,
}

enum Replayed {
    Once(Body),
    Again(Bytes),
}

impl Replay {
    async fn of(request: Request, again: bool) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        if !again || body.is_end_stream() {
            return Ok(Self { parts, body: Replayed::Once(body) });
        }
        match to_bytes(body, LONGEST_BODY).await {
            Ok(bytes) => Ok(Self { parts, body: Replayed::Again(bytes) }),
            Err(error) => Err(problem(StatusCode::PAYLOAD_TOO_LARGE, error.to_string(), ())),
        }
    }

    fn request(&mut self) -> Request {
        let body = match &mut self.body {
            // What is left after the first time is empty, as it was if there is a second.
            Replayed::Once(body) => mem::take(body),
            Replayed::Again(bytes) => Body::from(bytes.clone()),
        };
        Request::from_parts(self.parts.clone(), body)
    }
}

/// By hand: a reference to a policy clones though the policy doesn't.
impl<P> Clone for RouteLayer<P> {
    fn clone(&self) -> Self {
        Self { policy: self.policy }
    }
}

impl<S: Clone, P> Clone for GuardedRoutes<S, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), policy: self.policy }
    }
}

impl<P: fmt::Debug> fmt::Debug for RouteLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouteLayer").field("policy", &self.policy).finish()
    }
}

impl<S, P: fmt::Debug> fmt::Debug for GuardedRoutes<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedRoutes").field("policy", &self.policy).finish_non_exhaustive()
    }
}
