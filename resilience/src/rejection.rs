//! What a policy says when it refuses a call.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::name::Name;

/// A policy refused the call, or cut it off.
///
/// It reaches the caller as the function's own error, through `E: From<Rejection>` or the attribute option
/// `rejection = …`. Whoever receives it finds out which policy spoke and when to try again.
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
// Policies count and tell a refusal in a cold function, but make it in place, inlined: were it handed back whole, it
// would lie in memory, and every layer of a stack would copy those 40 bytes for calls that no policy refused, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The circuit breaker is open, or half-open with every trial slot taken.
    CircuitOpen {
        /// The breaker's name.
        policy: Name,
        /// How long until it admits a trial call; `None` when it is forced open.
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
        /// How long until a call conforms again; `None` when no wait will do, because its cost exceeds the burst.
        retry_after: Option<Duration>,
    },
    /// The call ran into its time limit and was dropped there.
    TimedOut {
        /// The timeout's name.
        policy: Name,
        /// The limit that struck.
        after: Duration,
    },
    /// The caller's deadline had passed before the body started.
    DeadlineExceeded {
        /// The policy that noticed.
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
        }
    }
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Rejection {
    /// Which kind of refusal this is.
    #[must_use]
    #[inline]
    pub const fn kind(&self) -> RejectionKind {
        match self {
            Self::CircuitOpen { .. } => RejectionKind::CircuitOpen,
            Self::BulkheadFull { .. } => RejectionKind::BulkheadFull,
            Self::RateLimited { .. } => RejectionKind::RateLimited,
            Self::TimedOut { .. } => RejectionKind::TimedOut,
            Self::DeadlineExceeded { .. } => RejectionKind::DeadlineExceeded,
        }
    }

    /// The name of the policy that refused.
    #[must_use]
    #[inline]
    pub const fn policy(&self) -> &'static str {
        match self {
            Self::CircuitOpen { policy, .. }
            | Self::BulkheadFull { policy, .. }
            | Self::RateLimited { policy, .. }
            | Self::TimedOut { policy, .. }
            | Self::DeadlineExceeded { policy } => policy.as_str(),
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
            Self::BulkheadFull { .. } | Self::TimedOut { .. } | Self::DeadlineExceeded { .. } => {
                None
            }
        }
    }

    /// Looks for a rejection in `error` and, along [`source`](Error::source), in what caused it.
    ///
    /// A refusal that crossed a function's edge has become that function's error. A predicate further out uses this
    /// to see through it, at most 32 causes deep.
    ///
    /// ```
    /// use resilience::Rejection;
    ///
    /// fn is_refusal(error: &std::io::Error) -> bool { Rejection::find(error).is_some() }
    /// assert!(!is_refusal(&std::io::Error::other("disk on fire")));
    /// ```
    #[must_use]
    pub fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        std::iter::successors(Some(error), |&error| next_cause(error))
            .take(32)
            .find_map(|error| error.downcast_ref())
    }
}

/// `io::Error` hides the error that it wraps from its own `source()`, so it is opened by hand.
fn next_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CircuitOpen { policy, retry_after: Some(wait) } => {
                write!(f, "circuit breaker `{policy}` is open, retry in {wait:?}")
            }
            Self::CircuitOpen { policy, retry_after: None } => {
                write!(f, "circuit breaker `{policy}` is forced open")
            }
            Self::BulkheadFull { policy, limit } => {
                write!(f, "bulkhead `{policy}` is full with {limit} concurrent calls")
            }
            Self::RateLimited { policy, retry_after: Some(wait) } => {
                write!(f, "rate limit `{policy}` is used up, retry in {wait:?}")
            }
            Self::RateLimited { policy, retry_after: None } => {
                write!(f, "the call costs more than a whole burst of rate limit `{policy}`")
            }
            Self::TimedOut { policy, after } => {
                write!(f, "timeout `{policy}` struck after {after:?}")
            }
            Self::DeadlineExceeded { policy } => {
                write!(f, "the deadline had passed before the body started (`{policy}`)")
            }
        }
    }
}

impl Error for Rejection {}

impl From<Rejection> for std::io::Error {
    /// A time limit becomes [`TimedOut`](std::io::ErrorKind::TimedOut), everything else
    /// [`Other`](std::io::ErrorKind::Other); the rejection stays inside, where [`Rejection::find`] sees it.
    fn from(rejection: Rejection) -> Self {
        let kind = match rejection.kind() {
            RejectionKind::TimedOut | RejectionKind::DeadlineExceeded => {
                std::io::ErrorKind::TimedOut
            }
            _ => std::io::ErrorKind::Other,
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

    #[test]
    fn is_found_along_the_chain_of_causes() {
        let rejection = Rejection::DeadlineExceeded { policy: Name::new("orders") };
        let outer = std::io::Error::other(std::io::Error::from(rejection));
        assert_eq!(Rejection::find(&outer), Some(&rejection));
    }

    #[test]
    fn says_who_and_until_when() {
        let wait = Some(Duration::from_millis(9_999));
        let rejection = Rejection::CircuitOpen { policy: Name::new("payments"), retry_after: wait };
        assert_eq!(rejection.to_string(), "circuit breaker `payments` is open, retry in 9.999s");
        assert_eq!(rejection.policy(), "payments");
        assert_eq!(rejection.retry_after(), wait);
    }
}
