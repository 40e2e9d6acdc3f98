//! The shared limiter: one compare-and-swap on one word.

use std::fmt;
use std::time::Duration;

use super::future::{Limited, guard};
use super::gcra::{Decision, Gcra};
use super::{RateLimitConfig, Turn};
use crate::clock::{self, Nanos};
use crate::name::{Identity, Origin};
use crate::pipeline::{Body, Edge, body, edge};
use crate::sync::{AtomicU64, Ordering::Relaxed};
use crate::{Name, PolicyKind, Rejection, check, event};

/// Limits how many calls begin in a stretch of time.
///
/// Calls may come in bursts up to `burst`; over time they pass at the rate. Refused calls consume nothing: a client
/// that hammers still gets its rate. With `max_wait`, a call that comes too early waits for its turn instead.
///
/// The algorithm is GCRA, exact to the nanosecond per call, in one atomic word.
///
/// ```
/// use resilience::{RateLimitConfig, RateLimiter};
///
/// static API: RateLimiter = RateLimiter::new("api", RateLimitConfig::new().rate("2/h"));
///
/// assert!(API.try_acquire().is_ok());
/// assert!(API.try_acquire().is_ok());
/// let refused = API.try_acquire().unwrap_err();
/// assert!(refused.retry_after().unwrap() <= std::time::Duration::from_secs(1_800));
/// ```
///
/// **Cancellation:** a call that is dropped while it waits gives its turn back if nobody queued up behind it.
pub struct RateLimiter {
    identity: Identity,
    config: RateLimitConfig,
    gcra: Gcra,
    arrival: AtomicU64,
    rejected: AtomicU64,
}

impl RateLimiter {
    /// A limiter of that name.
    ///
    /// # Panics
    /// When the rate is missing or options contradict each other; in a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, config: RateLimitConfig) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit), config)
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: RateLimitConfig) -> Self {
        check::no_problem(config.problem());
        let (rate, burst) = config.limits();
        let gcra = Gcra::new(rate.interval(), burst);
        Self { identity, config, gcra, arrival: AtomicU64::new(0), rejected: AtomicU64::new(0) }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// Its options.
    #[must_use]
    pub fn config(&self) -> &RateLimitConfig {
        &self.config
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How many calls it refused.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Relaxed)
    }

    /// Whether a whole burst would pass right now.
    pub(crate) fn is_full(&self) -> bool {
        self.arrival.load(Relaxed) <= clock::now()
    }

    /// How many calls would pass right now.
    #[must_use]
    pub fn available(&self) -> u64 {
        self.gcra.available(self.arrival.load(Relaxed), clock::now())
    }

    /// Lets one call pass, or not; it never waits.
    ///
    /// # Errors
    /// [`Rejection::RateLimited`], with the time after which a call conforms again.
    #[inline]
    pub fn try_acquire(&self) -> Result<(), Rejection> {
        match self.take(0) {
            Ok(_) => Ok(()),
            Err(wait) => Err(self.refuse(wait)),
        }
    }

    /// Runs `future` if the rate allows it, waiting for its turn up to `max_wait`.
    ///
    /// # Errors
    /// The future's own; [`Rejection::RateLimited`] as `E`.
    pub fn call<F, T, E>(&self, future: F) -> Edge<Limited<'_, &Self, Body<F>>>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Rejection>,
    {
        edge(guard(self, body(future)))
    }

    /// Books a turn that lies at most `patience` ahead: how far, and the word that says so. Or how long to wait.
    #[inline]
    fn take(&self, patience: u64) -> Result<(u64, Nanos), u64> {
        let now = clock::now();
        let mut arrival = self.arrival.load(Relaxed);
        loop {
            let (next, wait) = match self.gcra.decide(arrival, now) {
                Decision::Pass(next) => (next, 0),
                Decision::Wait(wait) if wait <= patience => (self.gcra.next(arrival, now), wait),
                Decision::Wait(wait) => return Err(wait),
            };
            match self.arrival.compare_exchange_weak(arrival, next, Relaxed, Relaxed) {
                Ok(_) => return Ok((wait, next)),
                Err(newer) => arrival = newer,
            }
        }
    }

    /// A turn now, or within `max_wait`.
    pub(super) fn book(&self) -> Result<Option<Turn<'_>>, Rejection> {
        let patience = self.config.max_wait.map_or(0, clock::span);
        match self.take(patience) {
            Ok((0, _)) => Ok(None),
            Ok((wait, booked)) => Ok(Some(Turn::new(self, booked, Duration::from_nanos(wait)))),
            Err(wait) => Err(self.refuse(wait)),
        }
    }

    /// Gives a booked turn back, if it is the last one.
    pub(super) fn give_back(&self, booked: Nanos) {
        let _ = self.arrival.compare_exchange(booked, self.gcra.previous(booked), Relaxed, Relaxed);
    }

    #[cold]
    fn refuse(&self, wait: u64) -> Rejection {
        self.rejected.fetch_add(1, Relaxed);
        let retry_after = Duration::from_nanos(wait);
        let rejection = Rejection::RateLimited { policy: self.name(), retry_after };
        event::rejected(PolicyKind::RateLimiter, &rejection);
        rejection
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter")
            .field("name", &self.name())
            .field("available", &self.available())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
