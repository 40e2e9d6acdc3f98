//! One limit for all replicas of a service, by way of Redis or Valkey.
//!
//! ```no_run,standalone_crate
//! use resilience::{Rejection, rate_limit, shared};
//!
//! #[rate_limit("100/s", key = tenant, name = "search", shared)]
//! async fn search(tenant: &str) -> Result<usize, Rejection> {
//!     Ok(tenant.len())
//! }
//!
//! # #[derive(Clone)] struct Connection;
//! # impl redis::aio::ConnectionLike for Connection {
//! #     fn req_packed_command<'a>(&'a mut self, _: &'a redis::Cmd) -> redis::RedisFuture<'a, redis::Value> { unimplemented!() }
//! #     fn req_packed_commands<'a>(&'a mut self, _: &'a redis::Pipeline, _: usize, _: usize) -> redis::RedisFuture<'a, Vec<redis::Value>> { unimplemented!() }
//! #     fn get_db(&self) -> i64 { 0 }
//! # }
//! # async fn connection() -> Connection { Connection }
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! // Once, at start-up: any connection of the `redis` crate that can be cloned, its `ConnectionManager` for example.
//! let connection = connection().await;
//! shared::connect(shared::Redis::new(connection).namespace("shop"));
//! # }
//! ```
//!
//! # What it promises
//!
//! All replicas with the same namespace, name and key have one limit: in any time *t*, at most burst + rate · *t* calls
//! begin in the whole fleet, and at most what leases let replicas use late: replicas × the smaller of what the lease's time
//! uses (and a third of that, while more are fetched) and 5 % of the burst. With a burst below 40 a lease is one turn, and
//! the limit is exact. A rejected call consumes nothing, and its `retry_after` is the store's. Time is the store's clock
//! alone. The store counts in whole microseconds: a rate whose interval is none is slower by the rest (3/s by two
//! millionths, 30,000/s by two hundredths).
//!
//! # What it costs
//!
//! A replica fetches turns ahead, as many as `lease` (50 ms by default) will use, and gives those back that it has not used
//! in that time. A call that finds such a turn takes it with one compare-and-swap. One that finds none asks, which takes a
//! round trip; a rejection is believed until the time that it names, for 10 ms at least, without asking again. Below some
//! ten calls a second per replica a lease saves nothing.
//!
//! # When the store does not answer
//!
//! A question takes 20 ms at most ([`Redis::timeout`]). After three failures in a row a circuit breaker, `resilience.shared`,
//! leaves the store alone for a second, later for up to ten, so that an outage costs one call 20 ms a second. Meanwhile the
//! option `unavailable` decides:
//!
//! - `local` (the default): each replica limits itself to its part, rate / replicas and burst / replicas, at least one. What
//!   the store has granted counts as used there, so that an outage grants no fresh burst.
//! - `allow`: every call passes.
//! - `reject`: every call is rejected, and told to come back in a second.
//!
//! When the store is back, the store is right. How many replicas there are is counted by the store, or said by the option
//! `replicas`. Before [`connect`], and without it, a limit acts locally, with a warning in the log. What happens is told by
//! the events [`SharedLost`](crate::Event::SharedLost) and [`SharedBack`](crate::Event::SharedBack), the metrics
//! `resilience_shared_requests_total`, `resilience_shared_request_seconds` and `resilience_shared_leased`, the snapshot's
//! field `shared`, and `/health`, which is degraded by it only with [`Redis::critical`].
//!
//! # Waiting, costs, and synchronous functions
//!
//! With `max_wait` a call that comes too early books its turn at the store, and waits for it. One that is dropped meanwhile
//! gives it back if none was booked behind it; else the turn is lost. A call that [`cost`](crate::RateLimiter::cost)s several
//! turns gets all of them or none. `try_acquire` and `call_blocking` cannot ask: they take turns that were fetched ahead,
//! else this replica's part.
//!
//! # Circuit breakers
//!
//! `#[circuit_breaker(name = "payments", shared)]`: each replica judges its own calls, and they share opinions, not counts.
//! A replica whose circuit opens says so; once a second, and at once when something changes, each hears what the others
//! say. When the share `quorum` (0.5) of the replicas, and at least two, say that it is open, the others open theirs, unless
//! enough calls of their own succeed: one bad replica never opens all. After `open_for` one replica in the whole fleet
//! tries: its success closes the circuit for all, its failure keeps it open, and lets another one try next. [`force`] sets
//! a state for all. Calls pay nothing for it. Without the store, and before [`connect`], each breaker is on its own. Only
//! breakers that the [`registry`](crate::registry()) lists take part: those by attribute, declared ones, and inserted ones.
//!
//! # At the store
//!
//! One key per limit, `shop:rl:v1:{search:tenant 7}`: in a cluster, limits spread over its nodes. It holds one number, and
//! vanishes when the burst is whole again. Keys longer than 64 bytes are written as a hash; with [`Redis::hashed`] all are.
//! Scripts are called by their hash, and sent again when a server does not know them. Nothing has to be kept by
//! the server: after a restart a limit begins with a whole burst, after a failover with what was replicated: at most what
//! passes within the replication's lag is granted once more. A circuit breaker has a hash, `shop:cb:v1:{payments}`, with
//! the replicas' opinions and who tries; a state that is forced for the fleet is kept there alone. Replicas for reading are never asked. Under Sentinel,
//! [`Reconnecting`] finds the new master. A replica applies its own rate to the number, which is a time: versions with different rates
//! can run side by side.

mod ballot;
mod bucket;
mod guarded;
mod memory;
mod names;
mod opinions;
mod question;
mod reconnecting;
mod redis;
mod replica;
mod script;

use std::sync::{Arc, PoisonError, RwLock};

use self::guarded::Guarded;
pub use self::memory::Memory;
pub use self::reconnecting::Reconnecting;
pub use self::redis::Redis;
use crate::circuit_breaker::CircuitBreaker;
use crate::circuit_state::CircuitState;
use crate::fleet::link;
pub use crate::fleet::store::{Failure, Store};
pub use crate::rate_limit::{Sharing, Unavailable};

#[cfg(feature = "axum")]
pub(crate) use self::guarded::NAME;

/// Connects the shared limits and circuit breakers of this program to a store, from now on: once, at start-up. Another
/// store replaces it.
///
/// It starts two tasks on the tokio runtime it is called in: one tells the store every five seconds that this replica is
/// there, one exchanges the breakers' opinions every second.
///
/// # Panics
/// Outside a tokio runtime.
#[track_caller]
pub fn connect(store: impl Store) {
    let guarded = Arc::new(Guarded::new(store));
    replica::join(&guarded);
    let condition = Condition { breaker: guarded.breaker(), critical: guarded.settings().critical };
    *CONDITION.write().unwrap_or_else(PoisonError::into_inner) = Some(condition);
    link::connect(guarded);
}

/// Forces the circuit breakers of that name into a state in all replicas, from now on (they hear of it within a second):
/// [`ForcedOpen`](CircuitState::ForcedOpen) or [`ForcedClosed`](CircuitState::ForcedClosed). `None` ends that, and closes
/// them. So does a store that forgets: a restart without persistence.
///
/// # Errors
/// When the store does not answer, and before [`connect`]; for a state that is not forced.
pub async fn force(policy: &str, state: Option<CircuitState>) -> Result<(), Failure> {
    let is_forced = |state| matches!(state, CircuitState::ForcedOpen | CircuitState::ForcedClosed);
    if !state.is_none_or(is_forced) {
        return Err("only `ForcedOpen` and `ForcedClosed` can be forced".into());
    }
    let Some(link) = link::link() else { return Err("no store is connected".into()) };
    link.force(policy.to_owned(), state).await?;
    link::nudge();
    Ok(())
}

/// How the store is.
#[derive(Clone)]
pub(crate) struct Condition {
    pub(crate) breaker: Arc<CircuitBreaker>,
    #[cfg_attr(not(feature = "axum"), allow(dead_code, reason = "the health report asks for it"))]
    pub(crate) critical: bool,
}

static CONDITION: RwLock<Option<Condition>> = RwLock::new(None);

/// How the store is that the program is connected to.
pub(crate) fn condition() -> Option<Condition> {
    CONDITION.read().unwrap_or_else(PoisonError::into_inner).clone()
}
