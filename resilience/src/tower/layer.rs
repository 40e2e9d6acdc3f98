//! The layer and its service.

use std::fmt;
use std::mem;
use std::task::{Context, Poll};

use ::tower::util::ServiceExt;
use ::tower::{BoxError, Layer, Service};

use super::failed_responses::{ByClass, FailedResponses, WhenOk};
use super::in_flight::{InFlight, inside};
use super::protect::{Again, AnswerJudge, Judging, Once, Protect};
use super::rejected::rejected_to;
use crate::stack::inspect::Inspector;
use crate::stack::predicate::Predicate;

/// Guards services with one shared instance of a policy. It comes from the policy's `layer()`.
pub struct PolicyLayer<P: 'static, W = ()> {
    policy: &'static P,
    failed: W,
}

/// A guarded service.
pub struct Guarded<S, P: 'static, W = ()> {
    inner: S,
    policy: &'static P,
    failed: W,
}

impl<P> PolicyLayer<P> {
    pub(super) fn new(policy: &'static P) -> Self {
        Self { policy, failed: () }
    }

    /// Which responses are failures though the service returned `Ok` (default: HTTP responses that say so, see
    /// [the module](crate::tower)). Only policies that judge have it: circuit breaker, retry, hedge and pipeline.
    pub fn when_ok<T, F: Fn(&T) -> bool>(self, when_ok: F) -> PolicyLayer<P, WhenOk<F>>
    where
        P: Judging,
    {
        PolicyLayer { policy: self.policy, failed: WhenOk::new(when_ok) }
    }

    /// Judges responses by their [`Classify`](crate::Classify): for responses of your own, and for HTTP responses with a body that isn't
    /// known. Without it those are successes.
    ///
    /// ```
    /// use http::Response;
    /// use resilience::{CircuitBreaker, circuit_breaker};
    /// use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
    ///
    /// struct MyBody;
    ///
    /// #[circuit_breaker]
    /// static SEARCH: CircuitBreaker;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let service = ServiceBuilder::new().layer(SEARCH.layer().classified()).service(service_fn(|_: ()| async {
    ///     Ok::<_, BoxError>(Response::builder().status(503).body(MyBody).unwrap())
    /// }));
    /// assert!(service.oneshot(()).await.is_ok());
    /// assert_eq!(SEARCH.totals().failures, 1);
    /// # }
    /// ```
    #[must_use]
    pub fn classified(self) -> PolicyLayer<P, ByClass>
    where
        P: Judging,
    {
        PolicyLayer { policy: self.policy, failed: ByClass }
    }
}

impl<S, P, W: Clone> Layer<S> for PolicyLayer<P, W> {
    type Service = Guarded<S, P, W>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded { inner, policy: self.policy, failed: self.failed.clone() }
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
    type Future = InFlight<S::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        P::Times::call(&mut self.inner, request, self.policy, self.failed.judge())
    }
}

/// Calls the service once or, where the policy wants it, again.
pub trait CallService<S: Service<Request>, Request> {
    /// The guarded call.
    fn call<P, W, N>(
        service: &mut S,
        request: Request,
        policy: &'static P,
        judge: AnswerJudge<W, N>,
    ) -> InFlight<S::Response>
    where
        P: Protect,
        W: Predicate<S::Response> + Clone + Send + 'static,
        N: Inspector<Result<S::Response, BoxError>> + Send + 'static;
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
    fn call<P, W, N>(
        service: &mut S,
        request: Request,
        policy: &'static P,
        judge: AnswerJudge<W, N>,
    ) -> InFlight<S::Response>
    where
        P: Protect,
        W: Predicate<S::Response> + Clone + Send + 'static,
        N: Inspector<Result<S::Response, BoxError>> + Send + 'static,
    {
        let next = service.clone();
        let mut once = Some((mem::replace(service, next), request));
        let operation = move || {
            let call = once.take();
            async move {
                let (mut service, request) = call.expect("a policy that calls once calls once");
                inside(service.call(request)).await.map_err(Into::into)
            }
        };
        policy.protect::<_, _, _, _, _>(operation, judge, rejected_to::<Request>)
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
    fn call<P, W, N>(
        service: &mut S,
        request: Request,
        policy: &'static P,
        judge: AnswerJudge<W, N>,
    ) -> InFlight<S::Response>
    where
        P: Protect,
        W: Predicate<S::Response> + Clone + Send + 'static,
        N: Inspector<Result<S::Response, BoxError>> + Send + 'static,
    {
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
                inside(service.call(request)).await.map_err(Into::into)
            }
        };
        policy.protect::<_, _, _, _, _>(operation, judge, rejected_to::<Request>)
    }
}

/// By hand: a reference to a policy clones though the policy doesn't.
impl<P, W: Clone> Clone for PolicyLayer<P, W> {
    fn clone(&self) -> Self {
        Self { policy: self.policy, failed: self.failed.clone() }
    }
}

impl<S: Clone, P, W: Clone> Clone for Guarded<S, P, W> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), policy: self.policy, failed: self.failed.clone() }
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
