//! Policies per key as layers: the request says which key's policy guards it.

use std::fmt;
use std::mem;
use std::task::{Context, Poll};

use ::tower::{BoxError, Layer, Service};

use super::in_flight::{InFlight, inside};
use super::protect::{AnswerJudge, in_slot};
use super::rejected::rejected_to;
use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::keyed::{Key, Keyed, KeyedInstance, PerKey};
use crate::rate_limit::RateLimiter;

/// Guards services with one policy per key. It comes from [`Keyed::layer`].
pub struct KeyedLayer<P: PerKey, F> {
    policies: &'static Keyed<P>,
    key: F,
}

/// A service that is guarded by the policy of each request's key.
pub struct GuardedByKey<S, P: PerKey, F> {
    inner: S,
    policies: &'static Keyed<P>,
    key: F,
}

/// A policy per key that can guard a service: [`CircuitBreaker`], [`Bulkhead`] and [`RateLimiter`].
pub trait ProtectByKey: PerKey {
    #[doc(hidden)]
    fn protect<O, T, F>(
        policy: KeyedInstance<'static, Self, O>,
        call: F,
        translate: fn(BoxError) -> BoxError,
    ) -> InFlight<T>
    where
        O: Send + Sync + 'static,
        T: Send + 'static,
        F: Future<Output = Result<T, BoxError>> + Send + 'static;
}

macro_rules! protect_by_key {
    ($($policy:ty: |$keyed:ident| $call:expr;)*) => {
        $(
            impl ProtectByKey for $policy {
                fn protect<O, T, F>(
                    policy: KeyedInstance<'static, Self, O>,
                    call: F,
                    translate: fn(BoxError) -> BoxError,
                ) -> InFlight<T>
                where
                    O: Send + Sync + 'static,
                    T: Send + 'static,
                    F: Future<Output = Result<T, BoxError>> + Send + 'static,
                {
                    InFlight::new(async move {
                        let $keyed = &*policy;
                        $call(call).await.map_err(translate)
                    })
                }
            }
        )*
    };
}

protect_by_key! {
    CircuitBreaker: |breaker| |call| AnswerJudge::KNOWN.of(breaker).call(call);
    Bulkhead: |bulkhead| |call| in_slot(bulkhead, call, AnswerJudge::KNOWN.inspector);
    RateLimiter: |limiter| |call| limiter.call(call);
}

impl<P: PerKey> Keyed<P> {
    /// These policies as a tower layer: `key` says which one guards a request.
    ///
    /// ```
    /// use resilience::{Keyed, RateLimiter, rate_limit};
    /// use tower::{ServiceBuilder, ServiceExt, service_fn};
    ///
    /// #[rate_limit("1/h")]
    /// static TENANTS: Keyed<RateLimiter>;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let service = ServiceBuilder::new()
    ///     .layer(TENANTS.layer(|tenant: &&'static str| tenant.len()))
    ///     .service(service_fn(|tenant: &'static str| async move { Ok::<_, std::io::Error>(tenant) }));
    /// assert_eq!(service.clone().oneshot("acme").await.unwrap(), "acme");
    /// assert!(service.oneshot("acme").await.is_err());
    /// # }
    /// ```
    pub fn layer<Request, K, F>(&'static self, key: F) -> KeyedLayer<P, F>
    where
        K: Key,
        F: Fn(&Request) -> K,
    {
        KeyedLayer { policies: self, key }
    }
}

impl<S, P: PerKey, F: Clone> Layer<S> for KeyedLayer<P, F> {
    type Service = GuardedByKey<S, P, F>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardedByKey { inner, policies: self.policies, key: self.key.clone() }
    }
}

impl<S, P, F, K, Request> Service<Request> for GuardedByKey<S, P, F>
where
    S: Service<Request, Error: Into<BoxError>, Response: Send, Future: Send>
        + Clone
        + Send
        + 'static,
    P: ProtectByKey,
    F: Fn(&Request) -> K,
    K: Key<Owned: Send + Sync>,
    Request: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = InFlight<S::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    /// The service that was made ready is the one to be called; a rejected call never reaches it.
    fn call(&mut self, request: Request) -> Self::Future {
        let policy = self.policies.get(&(self.key)(&request));
        let next = self.inner.clone();
        let mut service = mem::replace(&mut self.inner, next);
        let call = async move { inside(service.call(request)).await.map_err(Into::into) };
        P::protect(policy, call, rejected_to::<Request>)
    }
}

/// By hand: a reference to policies clones though they don't.
impl<P: PerKey, F: Clone> Clone for KeyedLayer<P, F> {
    fn clone(&self) -> Self {
        Self { policies: self.policies, key: self.key.clone() }
    }
}

impl<S: Clone, P: PerKey, F: Clone> Clone for GuardedByKey<S, P, F> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), policies: self.policies, key: self.key.clone() }
    }
}

impl<P: PerKey, F> fmt::Debug for KeyedLayer<P, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedLayer").field("policies", &self.policies).finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, P: PerKey, F> fmt::Debug for GuardedByKey<S, P, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedByKey")
            .field("inner", &self.inner)
            .field("policies", &self.policies)
            .finish_non_exhaustive()
    }
}
