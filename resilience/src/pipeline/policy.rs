//! The shared, named pipeline and its parts.

use std::fmt;

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::timeout::Timeout;

/// The standard pipeline. Outermost first: timeout (total), rate limit, bulkhead, retry, circuit breaker, timeout
/// (per attempt). Each part is there if it was given, in this order, whatever the order of the setters.
///
/// ```text
/// timeout ─ rate limit ─ bulkhead ─ retry ─ circuit breaker ─ attempt timeout ─ body
///    │          │            │        └──────────── each attempt ──────────────┘
///    └──────────┴────────────┴── waiting for a turn or a slot, and pauses: all within the total
/// ```
///
/// Predicates ([`when_err`](Self::when_err), [`when_ok`](Self::when_ok), [`when_rejected`](Self::when_rejected)) reach
/// the circuit breaker and the retry, [`retry_after`](Self::retry_after) the retry.
///
/// The usual way to declare one is the attribute [`resilient`](macro@crate::resilient); this is the same by hand.
///
/// ```
/// use std::time::Duration;
/// use resilience::{CircuitBreaker, CircuitBreakerConfig, Pipeline, Rejection, Timeout, TimeoutConfig};
///
/// static BREAKER: CircuitBreaker = CircuitBreaker::new("payments", CircuitBreakerConfig::new());
/// static TIMEOUT: Timeout = Timeout::new("payments", TimeoutConfig::new().after(Duration::from_secs(2)));
/// static PAYMENTS: Pipeline = Pipeline::new("payments").timeout(&TIMEOUT).circuit_breaker(&BREAKER);
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let paid = PAYMENTS.call(|| async { Ok::<_, Rejection>("paid") }).await;
/// assert_eq!(paid.unwrap(), "paid");
/// # }
/// ```
pub struct Pipeline {
    identity: Identity,
    parts: Parts,
}

/// What a pipeline is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// The limit on the whole call: waiting for a turn or a slot, attempts and delays included.
    pub timeout: Option<&'static Timeout>,
    /// How many whole calls begin in a time window.
    pub rate_limit: Option<&'static RateLimiter>,
    /// How many whole calls run at once.
    pub bulkhead: Option<&'static Bulkhead>,
    /// Attempts.
    pub retry: Option<&'static Retry>,
    /// Judges each attempt.
    pub circuit_breaker: Option<&'static CircuitBreaker>,
    /// The limit on each attempt.
    pub attempt_timeout: Option<&'static Timeout>,
}

/// One setter for each part.
macro_rules! parts {
    ($($(#[doc = $doc:literal])+ $part:ident: $policy:ty;)*) => {
        $(
            $(#[doc = $doc])+
            #[must_use]
            pub const fn $part(mut self, part: &'static $policy) -> Self {
                self.parts.$part = Some(part);
                self
            }
        )*
    };
}

impl Pipeline {
    /// An empty pipeline of that name: calls pass through.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit))
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity) -> Self {
        let parts = Parts {
            timeout: None,
            rate_limit: None,
            bulkhead: None,
            retry: None,
            circuit_breaker: None,
            attempt_timeout: None,
        };
        Self { identity, parts }
    }

    parts! {
        /// Limits how many calls begin in a time window.
        rate_limit: RateLimiter;
        /// Limits how many calls run at once.
        bulkhead: Bulkhead;
        /// Limits how long a call may take, all attempts and delays included.
        timeout: Timeout;
        /// Tries again. Only give one if calls may run more than once.
        retry: Retry;
        /// Judges each attempt.
        circuit_breaker: CircuitBreaker;
        /// Limits how long each attempt may take.
        attempt_timeout: Timeout;
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> Parts {
        self.parts
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("name", &self.name())
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}

/// Its parts are listed themselves.
impl AnyPolicy for Pipeline {
    fn outcomes(&self, _: &mut dyn FnMut(&'static str, u64)) {}

    fn activity(&self) -> Option<[u64; 2]> {
        None
    }

    fn mode(&self) -> Option<Mode> {
        None
    }

    fn reset(&self) {}
}

crate::name::listable!(Pipeline, Pipeline, identity);
