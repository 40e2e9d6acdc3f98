//! The standard pipeline: six policies in the one order that makes sense, shared under one name.

use std::fmt;

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::name::Name;
use crate::name::{Identity, Origin};
use crate::rate_limit::RateLimiter;
use crate::rejection::Rejection;
use crate::retry::Retry;
use crate::stack::verdict;
use crate::stack::{Either, body, edge, either};
use crate::timeout::Timeout;
use crate::{rate_limit, timeout};

/// The standard pipeline. Outermost first: timeout (total), rate limit, bulkhead, retry, circuit breaker, timeout
/// (per attempt). Each part is there if it was given. Total means total: waiting for a turn or a slot counts.
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
    /// The limit on the whole call: waiting, all attempts and delays included.
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
            rate_limit: None,
            bulkhead: None,
            timeout: None,
            retry: None,
            circuit_breaker: None,
            attempt_timeout: None,
        };
        Self { identity, parts }
    }

    parts! {
        /// Limits how many calls begin in a stretch of time.
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

    /// Runs what `operation` makes through all parts: once, unless there is a retry. What it does before it returns its
    /// future is not guarded: the work belongs into the future, `|| async { … }`.
    ///
    /// # Errors
    /// The last attempt's own; a refusal of any part as `E`.
    pub fn call<Op, F, T, E>(
        &self,
        operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<Op, F, T, E>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
        E: From<Rejection>,
    {
        self.call_judged(operation, verdict::never)
    }

    /// [`call`](Self::call), where `when_ok` says which successes are failures all the same.
    pub(crate) fn call_judged<Op, F, T, E, W>(
        &self,
        mut operation: Op,
        when_ok: W,
    ) -> impl Future<Output = Result<T, E>> + use<Op, F, T, E, W>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
        E: From<Rejection>,
        W: Fn(&T) -> bool + Clone,
    {
        let parts = self.parts;
        let judge = when_ok.clone();
        let mut attempt = move || {
            let limited = either(parts.attempt_timeout, body(operation()), timeout::future::guard);
            let judge = judge.clone();
            either(parts.circuit_breaker, limited, |breaker, inner| {
                breaker.when_ok(judge).guard(inner)
            })
        };
        let attempts = match parts.retry {
            Some(retry) => Either::Guarded { guarded: retry.when_ok(when_ok).guard(attempt) },
            None => Either::Bare { inner: attempt() },
        };
        let admitted = either(parts.bulkhead, attempts, Bulkhead::guard);
        let limited = either(parts.rate_limit, admitted, rate_limit::guard);
        edge(either(parts.timeout, limited, timeout::future::guard))
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

crate::name::listable!(Pipeline, Pipeline, identity);
