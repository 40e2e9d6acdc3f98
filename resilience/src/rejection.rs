//! What a policy says when it rejects a call.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::name::Name;

/// A policy rejected the call, or timed it out.
///
/// It reaches the caller as the function's own error, through `E: From<Rejection>` or the attribute option
/// `rejection = …`. It says which policy rejected the call, and when to try again.
///
/// ```
/// use resilience::Rejection;
///
/// #[derive(Debug)]
/// enum ApiError { Unavailable(Rejection), Declined }
///
/// impl From<Rejection> for ApiError {
///     fn from(rejection: Rejection) -> Self { Self::Unavailable(rejection) }
/// }
/// # let _ = ApiError::Declined;
/// ```
// Policies count and report a rejection in a cold function, but make it in place, inlined: were it handed back whole, it
// would lie in memory, and every layer of a stack would copy those 40 bytes for calls that no policy rejected, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Rejection {
    /// The circuit breaker is open, or half-open with every trial slot taken.
    CircuitOpen {
        /// The breaker's name.
        policy: Name,
        /// How long until it admits a trial call; `None` when it is forced open.
        #[cfg_attr(
            feature = "serde",
            serde(
                rename = "retry_after_ms",
                serialize_with = "crate::config_serde::optional_millis"
            )
        )]
        retry_after: Option<Duration>,
    },
    /// The bulkhead has no free slot (and no room, or no time left, in its queue).
    BulkheadFull {
        /// The bulkhead's name.
        policy: Name,
        /// Its `max_concurrent`.
        limit: u32,
    },
    /// The rate limit is used up for now.
    RateLimited {
        /// The rate limiter's name.
        policy: Name,
        /// How long until a call conforms again; `None` when no wait will do, as for a call that weighs more than a
        /// full token bucket.
        #[cfg_attr(
            feature = "serde",
            serde(
                rename = "retry_after_ms",
                serialize_with = "crate::config_serde::optional_millis"
            )
        )]
        retry_after: Option<Duration>,
    },
    /// The call exceeded its time limit and was dropped there.
    TimedOut {
        /// The timeout's name.
        policy: Name,
        /// The limit that it exceeded.
        #[cfg_attr(
            feature = "serde",
            serde(rename = "after_ms", serialize_with = "crate::config_serde::millis")
        )]
        after: Duration,
    },
    /// The caller's deadline had passed before the body started.
    DeadlineExceeded {
        /// The policy that noticed.
        policy: Name,
    },
    /// A fault that a test has injected: a failure for every policy. Only with feature `test-util`.
    #[cfg(feature = "test-util")]
    Injected {
        /// What the test calls it.
        policy: Name,
    },
}

/// The kind of a [`Rejection`], for matching and for metric labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// [`Rejection::CircuitOpen`]
    CircuitOpen,
    /// [`Rejection::BulkheadFull`]
    BulkheadFull,
    /// [`Rejection::RateLimited`]
    RateLimited,
    /// [`Rejection::TimedOut`]
    TimedOut,
    /// [`Rejection::DeadlineExceeded`]
    DeadlineExceeded,
    /// [`Rejection::Injected`]
    #[cfg(feature = "test-util")]
    Injected,
}

impl RejectionKind {
    /// The kind in `snake_case`, as it appears in events and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CircuitOpen => "circuit_open",
            Self::BulkheadFull => "bulkhead_full",
            Self::RateLimited => "rate_limited",
            Self::TimedOut => "timed_out",
            Self::DeadlineExceeded => "deadline_exceeded",
            #[cfg(feature = "test-util")]
            Self::Injected => "injected",
        }
    }
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Rejection {
    /// Which kind of rejection this is.
    #[must_use]
    #[inline]
    pub const fn kind(&self) -> RejectionKind {
        match self {
            Self::CircuitOpen { .. } => RejectionKind::CircuitOpen,
            Self::BulkheadFull { .. } => RejectionKind::BulkheadFull,
            Self::RateLimited { .. } => RejectionKind::RateLimited,
            Self::TimedOut { .. } => RejectionKind::TimedOut,
            Self::DeadlineExceeded { .. } => RejectionKind::DeadlineExceeded,
            #[cfg(feature = "test-util")]
            Self::Injected { .. } => RejectionKind::Injected,
        }
    }

    /// The name of the policy that rejected the call.
    #[must_use]
    #[inline]
    pub const fn policy(&self) -> &'static str {
        self.name().as_str()
    }

    /// The same, as a name.
    const fn name(&self) -> Name {
        match self {
            Self::CircuitOpen { policy, .. }
            | Self::BulkheadFull { policy, .. }
            | Self::RateLimited { policy, .. }
            | Self::TimedOut { policy, .. }
            | Self::DeadlineExceeded { policy } => *policy,
            #[cfg(feature = "test-util")]
            Self::Injected { policy } => *policy,
        }
    }

    /// How long to wait before another call has a chance, where the policy knows.
    #[must_use]
    #[inline]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::CircuitOpen { retry_after, .. } | Self::RateLimited { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// Looks for a rejection in `error` and, along [`source`](Error::source), in what caused it.
    ///
    /// A rejection that crossed a function's edge has become that function's error. A predicate further out uses this
    /// to see through it, at most 32 causes deep.
    ///
    /// ```
    /// use resilience::Rejection;
    ///
    /// fn is_rejection(error: &std::io::Error) -> bool { Rejection::find(error).is_some() }
    /// assert!(!is_rejection(&std::io::Error::other("disk on fire")));
    /// ```
    #[must_use]
    pub fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        std::iter::successors(Some(error), |&error| next_cause(error))
            .take(32)
            .find_map(as_rejection)
    }
}

/// `io::Error` hides the error that it wraps from its own `source()`, so it is opened by hand.
fn next_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let io = match error.downcast_ref::<Arc<io::Error>>() {
        Some(shared) => Some(&**shared),
        None => error.downcast_ref::<io::Error>(),
    };
    match io.and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// What one cause is, or shares.
fn as_rejection<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Rejection> {
    error.downcast_ref().or_else(|| error.downcast_ref::<Arc<Rejection>>().map(|shared| &**shared))
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = ForCallers(self.name());
        match self {
            Self::CircuitOpen { retry_after: Some(wait), .. } => {
                write!(f, "circuit open, retry in {wait:?} (circuit breaker `{policy}`)")
            }
            Self::CircuitOpen { retry_after: None, .. } => {
                write!(f, "circuit forced open (circuit breaker `{policy}`)")
            }
            Self::BulkheadFull { limit, .. } => {
                write!(f, "{limit} concurrent calls, no more are admitted (bulkhead `{policy}`)")
            }
            Self::RateLimited { retry_after: Some(wait), .. } => {
                write!(f, "rate limit exceeded, retry in {wait:?} (rate limiter `{policy}`)")
            }
            Self::RateLimited { retry_after: None, .. } => {
                write!(f, "rate limit exceeded by this call alone (rate limiter `{policy}`)")
            }
            Self::TimedOut { after, .. } => {
                write!(f, "timed out after {after:?} (timeout `{policy}`)")
            }
            #[cfg(feature = "test-util")]
            Self::Injected { .. } => write!(f, "a test has injected the fault `{policy}`"),
            Self::DeadlineExceeded { .. } => {
                write!(f, "the deadline had passed before the call began (`{policy}`)")
            }
        }
    }
}

/// A policy's name as callers see it: a default name without its module path, which is the program's own business.
struct ForCallers(Name);

impl fmt::Display for ForCallers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.as_str();
        match name.rsplit_once("::") {
            Some((_, item)) if self.0.is_default() => f.write_str(item),
            _ => self.0.fmt(f),
        }
    }
}

impl Error for Rejection {}

impl From<Rejection> for io::Error {
    /// A call that timed out becomes [`TimedOut`](io::ErrorKind::TimedOut), everything else
    /// [`Other`](io::ErrorKind::Other); the rejection stays inside, where [`Rejection::find`] sees it.
    fn from(rejection: Rejection) -> Self {
        let kind = match rejection.kind() {
            RejectionKind::TimedOut | RejectionKind::DeadlineExceeded => io::ErrorKind::TimedOut,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, rejection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_in_forty_bytes() {
        assert!(size_of::<Rejection>() <= 40, "{} bytes", size_of::<Rejection>());
    }

    #[cfg(feature = "test-util")]
    #[test]
    fn an_injected_fault_says_that_it_is_one_of_a_test() {
        let rejection = Rejection::Injected { policy: Name::new("outage") };
        assert_eq!(rejection.to_string(), "a test has injected the fault `outage`");
        assert_eq!((rejection.kind().as_str(), rejection.policy()), ("injected", "outage"));
    }

    #[test]
    fn is_found_along_the_chain_of_causes() {
        let rejection = Rejection::DeadlineExceeded { policy: Name::new("orders") };
        let outer = io::Error::other(io::Error::from(rejection));
        assert_eq!(Rejection::find(&outer), Some(&rejection));
    }

    #[test]
    fn names_the_policy_and_the_wait() {
        let wait = Some(Duration::from_millis(9_999));
        let rejection = Rejection::CircuitOpen { policy: Name::new("payments"), retry_after: wait };
        assert_eq!(
            rejection.to_string(),
            "circuit open, retry in 9.999s (circuit breaker `payments`)"
        );
        assert_eq!(rejection.policy(), "payments");
        assert_eq!(rejection.retry_after(), wait);
    }
}
