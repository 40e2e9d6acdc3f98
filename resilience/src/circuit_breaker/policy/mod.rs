//! The breaker that is shared: one atomic word in front, the state machine behind a short lock.

mod admission;
mod announcing;
mod changes;
#[cfg(feature = "redis")]
mod fleet;
mod inspect;
#[cfg(feature = "test-util")]
mod kit;
mod record;
mod shared;

use std::time::Duration;

use once_cell::race::OnceBox;

pub(crate) use self::shared::Transitions;
use self::shared::{Locked, Shared};
use super::config::CircuitBreakerConfig;
use super::report::End;
use super::ticket::Ticket;
use super::word::Word;
use crate::circuit_state::CircuitState;
use crate::current::{Current, ModeCell};
use crate::fleet::NAMELESS;
use crate::name::{Identity, Name, Origin};
use crate::sync::{AtomicU64, Ordering};

/// Stops calling what keeps failing, and finds out by a few trial calls when it has recovered.
///
/// The attribute [`circuit_breaker`](macro@crate::circuit_breaker) guards a function; its page lists every option.
///
/// ```text
///            too many calls fail, or are slow
///  closed ─────────────────────────────────────▶ open
///    ▲                                           │  ▲
///    │ half_open_calls              after open_for │  │ a trial call
///    │ trial calls succeed                       ▼  │ fails, or is slow
///    └─────────────────────────────────────── half-open
/// ```
///
/// - *Closed*: calls pass, and are judged when one fails or is slow, never by a success.
/// - *Open*: calls are rejected with [`Rejection::CircuitOpen`](crate::Rejection::CircuitOpen), which says when to come
///   back. The first call at or after `open_for` makes the circuit half-open.
/// - *Half-open*: up to `half_open_calls` trial calls run at once; others are rejected, and told to ask again soon.
///   A call that comes to the breaker inside one of its trials is part of that trial.
/// - *Forced open, forced closed*: set by [`force_open`](Self::force_open) and [`force_close`](Self::force_close), until
///   [`reset`](Self::reset).
///
/// A call begins when its body is first polled: time in a queue of ours further in makes it neither slow nor a failure.
/// A result that arrives after the state has changed is stale: it is counted, and changes nothing.
///
/// # Defaults
///
/// | option | default |
/// |---|---|
/// | [`failure_rate`](CircuitBreakerConfig::failure_rate), [`min_calls`](CircuitBreakerConfig::min_calls) | 0.5 of at least 5 calls |
/// | [`window`](CircuitBreakerConfig::window) | the last 10 s |
/// | [`consecutive_failures`](CircuitBreakerConfig::consecutive_failures) | off |
/// | [`slow_call`](CircuitBreakerConfig::slow_call), [`slow_rate`](CircuitBreakerConfig::slow_rate) | off, 1.0 |
/// | [`open_for`](CircuitBreakerConfig::open_for), [`max_open_for`](CircuitBreakerConfig::max_open_for) | 60 s, the same at every opening |
/// | [`half_open_calls`](CircuitBreakerConfig::half_open_calls) | 1 |
/// | [`half_open_for`](CircuitBreakerConfig::half_open_for) | `open_for`, or 30 s where that is longer |
/// | [`critical`](CircuitBreakerConfig::critical), [`latency`](CircuitBreakerConfig::latency) | no, no |
///
/// **Cancellation:** a call that is dropped is neutral, and a trial's slot is released. If a timeout of ours further out
/// dropped it, it failed; if it had run for `slow_call` by then, it was slow. A panic of the body is a failure.
///
/// A closed circuit costs a successful call two loads and one increment of a counter that its thread has for itself. What windows and counters need is allocated once, at the first call that ends.
///
/// ```
/// use resilience::{CircuitBreaker, CircuitBreakerConfig, Rejection, CircuitState};
///
/// static PAYMENTS: CircuitBreaker =
///     CircuitBreaker::new("payments", CircuitBreakerConfig::new().consecutive_failures(1));
///
/// # #[derive(Debug)] struct Down;
/// # impl From<Rejection> for Down { fn from(_: Rejection) -> Self { Down } }
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let result: Result<(), Down> = PAYMENTS.call(async { Err(Down) }).await;
/// assert!(result.is_err());
/// assert_eq!(PAYMENTS.state(), CircuitState::Open);
/// # }
/// ```
pub struct CircuitBreaker {
    identity: Identity,
    config: Current<CircuitBreakerConfig>,
    mode: ModeCell,
    word: AtomicU64,
    /// Written before the word that says "open"; 0 in every other state, and where nothing is enforced.
    open_until: AtomicU64,
    shared: OnceBox<Shared>,
}

impl CircuitBreaker {
    /// A closed breaker under an explicit name.
    ///
    /// # Panics
    ///
    /// When options contradict each other; in a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, config: CircuitBreakerConfig) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit), config)
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: CircuitBreakerConfig) -> Self {
        crate::check::assert_valid(config.validate());
        assert!(!config.is_shared() || identity.is_explicit(), "{}", NAMELESS);
        let word = AtomicU64::new(Word::new(&config, CircuitState::Closed, 0).bits());
        Self {
            identity,
            config: Current::new(config),
            mode: ModeCell::new(),
            word,
            open_until: AtomicU64::new(0),
            shared: OnceBox::new(),
        }
    }

    /// The name under which it is listed.
    #[inline]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// The options in force.
    #[inline]
    pub fn config(&self) -> &CircuitBreakerConfig {
        self.config.get()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The fast path of a call that ended under this word: it is counted, and no more is to be done. False where the
    /// slow path has to be taken.
    #[inline]
    pub(super) fn count_fast(&self, word: Word, end: End) -> bool {
        let Some(shared) = self.shared.get() else { return false };
        let simple = end != End::Failure && word == self.word() && shared.is_fresh(word);
        if simple {
            shared.tally.count_end(end);
        }
        simple
    }

    /// Notes how long a call took; whether that was slow.
    pub(super) fn measure(&self, took: Duration) -> bool {
        if let Some(latency) = self.shared().latency.get() {
            latency.record(took);
        }
        self.is_slow(took)
    }

    pub(super) fn is_slow(&self, took: Duration) -> bool {
        self.config().is_slow(took)
    }

    /// A dropped call is neutral; a trial's slot is free again.
    pub(super) fn cancel(&self, ticket: Ticket) {
        let shared = self.shared();
        shared.tally.bump(|mine| &mine.cancelled);
        if ticket.trial.is_some() {
            self.is_current(ticket, &mut shared.locked.lock());
        }
    }

    #[inline]
    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Ordering::Acquire))
    }

    #[inline]
    fn shared(&self) -> &Shared {
        match self.shared.get() {
            Some(shared) => shared,
            None => self.share(),
        }
    }

    #[cold]
    fn share(&self) -> &Shared {
        self.shared.get_or_init(|| {
            let shared = Box::new(Shared::new(self.config()));
            if self.config().latency {
                shared.measure();
            }
            shared
        })
    }
}

crate::name::listable!(CircuitBreaker, CircuitBreaker, identity);
crate::name::declared_by_default!(CircuitBreaker, CircuitBreakerConfig);
