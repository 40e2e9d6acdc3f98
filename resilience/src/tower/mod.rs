//! Policies as tower layers: `PAYMENTS.layer()` guards an axum route or a client with the very same instance.
//!
//! ```
//! use resilience::{CircuitBreaker, circuit_breaker};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! #[circuit_breaker(name = "search", consecutive_failures = 3)]
//! static SEARCH: CircuitBreaker;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let service = ServiceBuilder::new()
//!     .layer(SEARCH.layer().when_ok(|status: &u16| *status >= 500))
//!     .service(service_fn(|query: &'static str| async move { Ok::<_, std::io::Error>(query.len() as u16) }));
//! assert_eq!(service.oneshot("crab").await.unwrap(), 4);
//! # }
//! ```
//!
//! A rejection is the service's error, a [`Rejection`](crate::Rejection) in a [`BoxError`]. Layers that may call the
//! service again (retry, hedge, pipeline) need requests that clone; all need services that do, as routers and clients
//! do. The first attempt uses the service that was made ready, further ones make clones ready: a layer may stand above
//! `concurrency_limit` and `buffer`.
//!
//! [`inbound`] and [`outbound`] carry the facts of a call across services: see [`wire`](crate::wire).
//!
//! [`Keyed`](crate::Keyed) policies take the key from the request: `HOSTS.layer(|request: &Request| request.tenant)`.

mod inbound;
mod keyed;
mod layer;
mod outbound;
mod protect;

pub use ::tower::BoxError;

pub use self::inbound::{Handled, Inbound, InboundLayer, inbound};
pub use self::keyed::{GuardedByKey, KeyedLayer, ProtectByKey};
pub use self::layer::{FailedResponses, Guarded, PolicyLayer, WhenOk};
pub use self::outbound::{Outbound, OutboundLayer, OutgoingRequest, Sent, outbound};
pub use self::protect::{Again, Judging, Once, Protect};
