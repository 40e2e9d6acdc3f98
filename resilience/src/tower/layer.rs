//! The layer and its service.

use std::fmt;
use std::mem;
use std::task::{Context, Poll};

use ::tower::util::ServiceExt;
use ::tower::{BoxError, Layer, Service};

use super::protect::{Again, Boxed, Judging, Once, Protect};
use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::hedge::Hedge;
use crate::pipeline::Pipeline;
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::timeout::Timeout;

/// Guards services with one shared instance of a policy. It comes from the policy's `layer()`.
pub struct PolicyLayer<P: 'static, W = ()> {
    policy: &'static P,
    when_ok: W,
}

/// A guarded service.
pub struct Guarded<S, P: 'static, W = ()> {
    inner: S,
    policy: &'static P,
    when_ok: W,
}

impl<P: Judging> PolicyLayer<P> {
    /// Which responses are failures though the service returned `Ok`: a status of 500, say (default: none). Only
    /// policies that judge have it: circuit breaker, retry, hedge and pipeline.
    pub fn when_ok<T, F: Fn(&T) -> bool>(self, when_ok: F) -> PolicyLayer<P, WhenOk<F>> {
        PolicyLayer { policy: self.policy, when_ok: WhenOk(when_ok) }
    }
}

/// A predicate over responses.
#[derive(Clone, Copy)]
pub struct WhenOk<F>(pub(super) F);

/// Which responses are failures: none (`()`), or those that a predicate finds.
pub trait FailedResponses<T>: Clone + Send + 'static {
    /// The predicate.
    fn predicate(&self) -> impl Fn(&T) -> bool + Clone + Send + 'static;
}

impl<T: 'static> FailedResponses<T> for () {
    fn predicate(&self) -> impl Fn(&T) -> bool + Clone + Send + 'static {
        |_: &T| false
    }
}

impl<T, F: Fn(&T) -> bool + Clone + Send + 'static> FailedResponses<T> for WhenOk<F> {
    fn predicate(&self) -> impl Fn(&T) -> bool + Clone + Send + 'static {
        self.0.clone()
    }
}

impl<S, P, W: Clone> Layer<S> for PolicyLayer<P, W> {
    type Service = Guarded<S, P, W>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded { inner, policy: self.policy, when_ok: self.when_ok.clone() }
    }
}

impl<S, P, W, Request> Service<Request> for Guarded<S, P, W>
where
    S: Service<Request, Error: Into<BoxError>>,
    P: Protect,
    P::Times: CallService<S, Request>,
    W: FailedResponses<S::Response>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Boxed<S::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        P::Times::call(&mut self.inner, request, self.policy, self.when_ok.predicate())
    }
}

/// Calls the service once or, where the policy wants it, again.
pub trait CallService<S: Service<Request>, Request> {
    /// The guarded call.
    fn call<P: Protect>(
        service: &mut S,
        request: Request,
        policy: &'static P,
        when_ok: impl Fn(&S::Response) -> bool + Clone + Send + 'static,
    ) -> Boxed<S::Response>;
}

impl<S, Request> CallService<S, Request> for Once
where
    S: Service<Request, Error: Into<BoxError>, Response: Send, Future: Send>
        + Clone
        + Send
        + 'static,
    Request: Send + 'static,
{
    /// The service that was made ready is the one to be called; a rejected call never reaches it.
    fn call<P: Protect>(
        service: &mut S,
        request: Request,
        policy: &'static P,
        when_ok: impl Fn(&S::Response) -> bool + Clone + Send + 'static,
    ) -> Boxed<S::Response> {
        let next = service.clone();
        let mut once = Some((mem::replace(service, next), request));
        let operation = move || {
            let call = once.take();
            async move {
                let (mut service, request) = call.expect("a policy that calls once calls once");
                service.call(request).await.map_err(Into::into)
            }
        };
        policy.protect(operation, when_ok)
    }
}

impl<S, Request> CallService<S, Request> for Again
where
    S: Service<Request, Error: Into<BoxError>, Response: Send, Future: Send>
        + Clone
        + Send
        + 'static,
    Request: Clone + Send + 'static,
{
    /// The first attempt uses the service that was made ready: what it has reserved (a permit, a place in a buffer)
    /// would otherwise be held while its clone waits for the same. Further attempts make clones ready.
    fn call<P: Protect>(
        service: &mut S,
        request: Request,
        policy: &'static P,
        when_ok: impl Fn(&S::Response) -> bool + Clone + Send + 'static,
    ) -> Boxed<S::Response> {
        let spare = service.clone();
        let mut ready = Some(mem::replace(service, spare.clone()));
        let operation = move || {
            let (first, request) = (ready.take(), request.clone());
            let is_ready = first.is_some();
            let mut service = first.unwrap_or_else(|| spare.clone());
            async move {
                if !is_ready {
                    service.ready().await.map_err(Into::into)?;
                }
                service.call(request).await.map_err(Into::into)
            }
        };
        policy.protect(operation, when_ok)
    }
}

macro_rules! layers {
    ($($policy:ty)*) => {
        $(
            impl $policy {
                /// This instance as a tower layer.
                #[must_use]
                pub fn layer(&'static self) -> PolicyLayer<Self> {
                    PolicyLayer { policy: self, when_ok: () }
                }
            }
        )*
    };
}

layers! { CircuitBreaker Timeout Bulkhead RateLimiter Retry Hedge Pipeline }

/// By hand: a reference to a policy clones though the policy doesn't.
impl<P, W: Clone> Clone for PolicyLayer<P, W> {
    fn clone(&self) -> Self {
        Self { policy: self.policy, when_ok: self.when_ok.clone() }
    }
}

impl<S: Clone, P, W: Clone> Clone for Guarded<S, P, W> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), policy: self.policy, when_ok: self.when_ok.clone() }
    }
}

impl<P: fmt::Debug, W> fmt::Debug for PolicyLayer<P, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyLayer").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, P: fmt::Debug, W> fmt::Debug for Guarded<S, P, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("inner", &self.inner)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
