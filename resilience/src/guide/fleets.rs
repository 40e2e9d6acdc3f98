//! Many replicas: what each of them does alone, and what they do together.
//!
//! # Alone
//!
//! Every policy counts the calls of its process. For a fleet of *n* replicas behind a fair load balancer that means:
//!
//! | policy | the fleet as a whole |
//! |---|---|
//! | `rate_limit("100/s")` | *n* · 100 calls per second, and as many as that in a burst |
//! | `bulkhead(max_concurrent = 25)` | *n* · 25 calls at once |
//! | `retry(budget = 0.2)` | a fifth more load, whatever *n*: a share needs no division |
//! | `circuit_breaker` | each replica opens by what it sees; *n* trials after an outage, not one |
//! | `hedge` | the same share of calls, whatever *n* |
//!
//! So divide limits by the largest number of replicas that a rollout or an autoscaler makes, or share them. Breakers need
//! sharing less: a dependency that is down is down for all, and each replica finds out within its own window; what only some
//! of them see (a broken network path) should stay theirs.
//!
//! `min_calls` is per replica, too: of 10 calls per second over 20 replicas each sees one in two seconds. Take a count
//! (`window = 20`) or `consecutive_failures` where a replica is quiet.
//!
//! # Together
//!
//! `shared` makes a rate limit one for the whole fleet, by way of Redis or Valkey (feature `redis`). It needs an
//! explicit name, which is the same in all replicas:
//!
//! ```
//! use resilience::{Rejection, rate_limit};
//!
//! #[rate_limit("100/s", key = tenant, name = "search", shared)]
//! async fn search(tenant: &str) -> Result<usize, Rejection> {
//!     Ok(tenant.len())
//! }
//! ```
//!
//! and one line at start-up, `resilience::shared::connect(…)`, that hands it a connection. What to choose:
//!
//! | option | choose |
//! |---|---|
//! | `lease` (50 ms) | longer for less traffic to the store and less exactness; `"0ms"` asks for each call |
//! | `unavailable` | `local` (each replica keeps to its part) for your own protection; `reject` where the limit is a contract; `allow` where it is a courtesy |
//! | `replicas` | only where the store cannot count them, because not all of them call |
//!
//! A circuit breaker with `shared` shares opinions, not counts: each replica judges its own calls, and when a quorum of them
//! (half by default, two at least) says that the circuit is open, it opens in the others, too. One replica tries for all. It pays
//! with many replicas of few calls each, and where each trial costs something:
//!
//! ```standalone_crate
//! use resilience::{Rejection, circuit_breaker};
//!
//! #[circuit_breaker(name = "payments", shared(quorum = 0.5))]
//! async fn charge() -> Result<(), Rejection> { Ok(()) }
//! ```
//!
//! The store is asked under a time limit of 20 ms and a circuit breaker of its own: its outage costs a call those 20 ms once
//! a second, and is told by events, metrics and `/health`.
//!
//! # Deadlines, attempts and priorities
//!
//! They travel from replica to replica in headers: `resilience::wire`, or `tower::inbound()` and `tower::outbound()`
//! ([`deadlines`](super::deadlines)). Retry on one floor of a call tree only; the floors below can see from the headers that
//! an attempt is a second one.
//!
//! # Changing all of them
//!
//! Overrides are read from a file by each replica ([`operating`](super::operating)): on Kubernetes a ConfigMap that is
//! mounted, which arrives everywhere within a minute without a restart. What is set over HTTP holds for the one replica that
//! was asked, and ends by itself.
