//! One policy for several functions, one per key, one for a fleet.
//!
//! # One function
//!
//! Inline options make an instance of the function's own, listed under `module::function` or the `name` it is given. A
//! generic function has one instance for all its types, a method in an `impl` block one per type.
//!
//! # Several functions
//!
//! What fails together is guarded together: functions that call the same service share its circuit breaker, its bulkhead
//! and its rate limit. Declare a static and use it:
//!
//! ```
//! use resilience::{CircuitBreaker, Rejection, circuit_breaker};
//!
//! #[circuit_breaker(failure_rate = 0.3, window = "30s")]
//! pub static PAYMENTS: CircuitBreaker;
//!
//! #[circuit_breaker(PAYMENTS)]
//! async fn charge() -> Result<(), Rejection> { Ok(()) }
//!
//! #[circuit_breaker(PAYMENTS)]
//! async fn refund() -> Result<(), Rejection> { Ok(()) }
//! ```
//!
//! Two policies of one kind with the same explicit name are a mistake that the compiler or
//! [`name_clashes`](crate::Registry::name_clashes) reports: they never share silently.
//!
//! An instance that lives in a value, for tests or for clients that come and go, is an expression: `#[bulkhead(self.pool)]`.
//!
//! # One per key
//!
//! What fails or is limited apart is guarded apart: hosts, shards, tenants, users.
//!
//! ```
//! use resilience::{Rejection, circuit_breaker, rate_limit};
//!
//! #[rate_limit("10/s", key = tenant.to_owned(), max_keys = 50_000)]
//! #[circuit_breaker(key = shard)]
//! async fn search(tenant: &str, shard: u16) -> Result<(), Rejection> { Ok(()) }
//! ```
//!
//! Keys are bounded: beyond `max_keys` (10,000) the least recently used idle one is evicted, never one with a call in
//! flight. Snapshots and admin routes show a key by its `Display`, else by `Debug`; keys never become labels of metrics. A
//! key that an attacker chooses is safe, but take a tenant rather than a header.
//!
//! # One for a fleet
//!
//! Policies are per process. `shared` makes one limit of a whole fleet, by way of Redis or Valkey (feature `redis`); it needs
//! an explicit name. Without the store each replica falls back to its share. `#[circuit_breaker(name = "payments", shared)]`
//! lets replicas share opinions about a dependency: when half of them, and at least two, have opened their circuits, the
//! others open theirs, and one replica tries for all. The module `shared` tells how both work, and what to connect to: a
//! single server, Sentinel (by way of `shared::Reconnecting`), or a cluster; Redis 6.2 or newer, or Valkey.
//! What each replica does alone, and what to choose, is in [`fleets`](super::fleets).
