//! Policies as tower layers: `PAYMENTS.layer()` guards a server or a client with the very same instance.
//!
//! ```
//! use http::{Request, Response};
//! use resilience::{CircuitBreaker, CircuitState, circuit_breaker};
//! use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
//!
//! #[circuit_breaker(name = "search", consecutive_failures = 1)]
//! static SEARCH: CircuitBreaker;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let service = ServiceBuilder::new().layer(SEARCH.layer()).service(service_fn(|_: Request<()>| async {
//!     Ok::<_, BoxError>(Response::builder().status(503).body("overloaded").unwrap())
//! }));
//! assert_eq!(service.oneshot(Request::new(())).await.unwrap().status(), 503);
//! assert_eq!(SEARCH.state(), CircuitState::Open);
//! # }
//! ```
//!
//! # What is a failure
//!
//! An HTTP response is judged by its `grpc-status`, if it has one, else by its status, as its [`Classify`](crate::Classify)
//! says: 503 is a failure to a breaker and is tried again after its `Retry-After`; 404 is an answer. That holds for the
//! responses of axum, hyper, reqwest and tonic, for boxed bodies, and for bytes and text; `.classified()` takes any
//! other response that is `Classify`, and `.when_ok(…)` decides by itself. Other responses are successes.
//!
//! A gRPC status that comes in the trailers is counted by a circuit breaker's layer when the body has been read: its
//! failure is that of the call, and a body that is dropped before is a success. A retry or pipeline goes by the headers:
//! with them gRPC considers a call as answered.
//!
//! Errors are failures, except that a rejection by a layer further in is judged as one, and that the errors of reqwest
//! and tonic are judged by what they say.
//!
//! # Rejections
//!
//! A rejection is the service's error, a [`Rejection`](crate::Rejection) in a [`BoxError`]; around tonic's clients and
//! servers it is a `tonic::Status`: `UNAVAILABLE`, `RESOURCE_EXHAUSTED` or `DEADLINE_EXCEEDED`. Layers that may call the
//! service again (retry, hedge, pipeline) need requests that clone; all need services that do, as routers and clients
//! do. The first attempt uses the service that was made ready, further ones make clones ready: a layer may stand above
//! `concurrency_limit` and `buffer`.
//!
//! axum's routes take layers that never fail alone: `resilience::axum::layer(&PAYMENTS)` is one, whose rejections are
//! responses. With this one they ask for `HandleErrorLayer` around it.
//!
//! [`inbound()`] and [`outbound()`] carry the facts of a call across services: see [`wire`](crate::wire).
//!
//! [`Keyed`](crate::Keyed) policies take the key from the request: `HOSTS.layer(|request: &Request| request.tenant)`.

mod answers;
mod failed_responses;
mod in_flight;
mod inbound;
mod keyed;
mod layer;
mod outbound;
mod protect;
mod rejected;
mod trailers;

pub use ::tower::BoxError;

pub use self::failed_responses::{ByClass, FailedResponses, WhenOk};
pub use self::in_flight::InFlight;
pub use self::inbound::{Handled, Inbound, InboundLayer, inbound};
pub use self::keyed::{GuardedByKey, KeyedLayer, ProtectByKey};
pub use self::layer::{Guarded, PolicyLayer};
pub use self::outbound::{Outbound, OutboundLayer, OutgoingRequest, Sent, outbound};
pub use self::protect::{Again, AnswerJudge, Judging, Once, Protect};
