//! The shared limiter: one compare-and-swap on one word.

use std::borrow::Borrow;
use std::fmt;
use std::time::Duration;

use super::future::{Limited, guard};
use super::gcra::{Decision, Early, Gcra};
use super::{RateLimitConfig, Turn};
use crate::check;
use crate::clock::{self, Nanos};
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::name::{Identity, Origin};
use crate::rejection::Rejection;
use crate::stack::event;
use crate::stack::{Body, Edge, body, edge};
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Limits how many calls begin in a stretch of time.
///
/// Calls may come in bursts up to `burst`; over time they pass at the rate. Refused calls consume nothing: a client
/// that hammers still gets its rate. With `max_wait`, a call that comes too early waits for its turn instead.
///
/// The algorithm is GCRA, exact to the nanosecond per call, in one atomic word. Its clock is the processor's own counter
/// where that is reliable; the first limited call of a program may take a millisecond to get to know it.
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
///
/// `L` is where its limit lies: in itself, unless it is one of the many of a [`Keyed`](crate::Keyed), which share theirs.
// In this order: what every call reads comes first, in one cache line; one limiter per key may mean many of them.
#[repr(C)]
pub struct RateLimiter<L: Borrow<Limit> = Limit> {
    arrival: AtomicU64,
    limit: L,
    rejected: AtomicU64,
}

/// What doesn't change in a [`RateLimiter`]: each has its own, but those of the keys of a [`Keyed`](crate::Keyed) share
/// one.
#[repr(C)]
pub struct Limit {
    gcra: Gcra,
    identity: Identity,
    config: RateLimitConfig,
}

impl Limit {
    #[track_caller]
    pub(crate) const fn new(identity: Identity, config: RateLimitConfig) -> Self {
        check::no_problem(config.problem());
        let (rate, burst) = config.limits();
        Self { gcra: Gcra::new(rate.interval(), burst), identity, config }
    }
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
        Self::within(Limit::new(identity, config))
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.limit.identity
    }
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    pub(crate) const fn within(limit: L) -> Self {
        Self { arrival: AtomicU64::new(0), limit, rejected: AtomicU64::new(0) }
    }

    #[inline]
    fn limit(&self) -> &Limit {
        self.limit.borrow()
    }

    #[inline]
    fn gcra(&self) -> Gcra {
        self.limit().gcra
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.limit().identity.name()
    }

    /// Its options.
    #[must_use]
    pub fn config(&self) -> &RateLimitConfig {
        &self.limit().config
    }

    /// How many calls it refused.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Relaxed)
    }

    /// Whether a whole burst would pass right now.
    pub(crate) fn is_full(&self) -> bool {
        self.arrival.load(Relaxed) <= clock::counter()
    }

    /// How many calls would pass right now.
    #[must_use]
    pub fn available(&self) -> u64 {
        self.gcra().available(self.arrival.load(Relaxed), clock::counter())
    }

    /// Lets one call pass, or not; it never waits.
    ///
    /// # Errors
    /// [`Rejection::RateLimited`], with the time after which a call conforms again.
    #[inline]
    pub fn try_acquire(&self) -> Result<(), Rejection> {
        match self.take() {
            Ok(()) => Ok(()),
            Err(early) => Err(self.refuse(early)),
        }
    }

    /// Runs `future` if the rate allows it, waiting for its turn up to `max_wait`.
    ///
    /// # Errors
    /// The future's own; [`Rejection::RateLimited`] as `E`.
    pub fn call<F, T, E>(&self, future: F) -> Edge<Limited<'_, L, &Self, Body<F>>>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Rejection>,
    {
        edge(guard(self, body(future)))
    }

    /// Lets one call pass, or says by how much it is too early.
    #[inline]
    pub(super) fn take(&self) -> Result<(), Early> {
        let now = clock::counter();
        let mut arrival = self.arrival.load(Relaxed);
        loop {
            let next = match self.gcra().decide(arrival, now) {
                Decision::Pass(next) => next,
                Decision::Wait(early) => return Err(early),
            };
            match self.arrival.compare_exchange_weak(arrival, next, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(newer) => arrival = newer,
            }
        }
    }

    /// Whether a call may wait that long.
    #[inline]
    pub(super) fn has_patience(&self, early: Early) -> bool {
        self.config().max_wait.is_some_and(|wait| early.get() <= clock::span(wait))
    }

    /// Books the next turn, or says how far ahead it would lie if that is further than `max_wait`.
    pub(super) fn book(&self) -> Result<Turn<'_, L>, Early> {
        let now = clock::counter();
        let mut arrival = self.arrival.load(Relaxed);
        loop {
            let wait = match self.gcra().decide(arrival, now) {
                Decision::Pass(_) => 0,
                Decision::Wait(early) if self.has_patience(early) => early.get(),
                Decision::Wait(early) => return Err(early),
            };
            let next = self.gcra().next(arrival, now);
            match self.arrival.compare_exchange_weak(arrival, next, Relaxed, Relaxed) {
                Ok(_) => return Ok(Turn::new(self, next, Duration::from_nanos(wait))),
                Err(newer) => arrival = newer,
            }
        }
    }

    /// Gives a booked turn back, if it is the last one.
    pub(super) fn give_back(&self, booked: Nanos) {
        let _ =
            self.arrival.compare_exchange(booked, self.gcra().previous(booked), Relaxed, Relaxed);
    }

    /// Counts and tells a refusal elsewhere and makes it in place: see [`Rejection`].
    #[inline]
    pub(super) fn refuse(&self, early: Early) -> Rejection {
        let policy = self.count_refusal(early);
        Rejection::RateLimited { policy, retry_after: Duration::from_nanos(early.get()) }
    }

    #[inline]
    fn count_refusal(&self, early: Early) -> Name {
        self.rejected.fetch_add(1, Relaxed);
        if event::is_heard() {
            self.tell(early);
        }
        self.name()
    }

    #[cold]
    #[inline(never)]
    fn tell(&self, early: Early) {
        let (policy, retry_after) = (self.name(), Duration::from_nanos(early.get()));
        let rejection = Rejection::RateLimited { policy, retry_after };
        event::rejected(PolicyKind::RateLimiter, &rejection);
    }
}

impl<L: Borrow<Limit>> fmt::Debug for RateLimiter<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter")
            .field("name", &self.name())
            .field("available", &self.available())
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

crate::name::listable!(RateLimiter, RateLimiter, limit.identity);
