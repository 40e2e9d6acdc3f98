//! What a policy says when it rejects a call.

mod find;
mod text;

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::name::Name;

/// The one table of rejections: what it means, the word for it, and what it tells besides the policy's name.
macro_rules! rejections {
    ($(
        $(#[doc = $doc:literal])+
        $(#[cfg($cfg:meta)])?
        $kind:ident $word:literal {
            $(#[doc = $policy:literal])+
            policy,
            $($(#[$field_meta:meta])+ $field:ident: $type:ty,)*
        }
    )+) => {
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
        // Policies count and report a rejection in a cold function, but make it in place, inlined: were it handed back
        // whole, it would lie in memory, and every layer of a stack would copy those 40 bytes for calls that no policy
        // rejected, too.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
        #[non_exhaustive]
        pub enum Rejection {
            $(
                $(#[doc = $doc])+
                $(#[cfg($cfg)])?
                $kind {
                    $(#[doc = $policy])+
                    policy: Name,
                    $($(#[$field_meta])+ $field: $type,)*
                },
            )+
        }

        /// The kind of a [`Rejection`], for matching and for metric labels.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RejectionKind {
            $(
                #[doc = concat!("[`Rejection::", stringify!($kind), "`]")]
                $(#[cfg($cfg)])?
                $kind,
            )+
        }

        impl RejectionKind {
            /// The kind in `snake_case`, as it appears in events and reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(#[cfg($cfg)])? Self::$kind => $word,)+
                }
            }
        }

        impl Rejection {
            /// Which kind of rejection this is.
            #[must_use]
            #[inline]
            pub const fn kind(&self) -> RejectionKind {
                match self {
                    $($(#[cfg($cfg)])? Self::$kind { .. } => RejectionKind::$kind,)+
                }
            }

            /// The policy that rejected the call, as a name.
            pub(crate) const fn name(&self) -> Name {
                match self {
                    $($(#[cfg($cfg)])? Self::$kind { policy, .. } => *policy,)+
                }
            }
        }
    };
}

rejections! {
    /// The circuit breaker is open, or half-open with every trial slot taken.
    CircuitOpen "circuit_open" {
        /// The breaker's name.
        policy,
        /// How long until it admits a trial call; `None` when it is forced open.
        #[cfg_attr(feature = "serde", serde(rename = "retry_after_ms"))]
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::config_serde::optional_millis"))]
        retry_after: Option<Duration>,
    }
    /// The bulkhead has no free slot (and no room, or no time left, in its queue).
    BulkheadFull "bulkhead_full" {
        /// The bulkhead's name.
        policy,
        /// The limit in force.
        limit: u32,
    }
    /// The rate limit is used up for now.
    RateLimited "rate_limited" {
        /// The rate limiter's name.
        policy,
        /// How long until a call conforms again; `None` when no wait will do, as for a call that weighs more than a
        /// full token bucket.
        #[cfg_attr(feature = "serde", serde(rename = "retry_after_ms"))]
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::config_serde::optional_millis"))]
        retry_after: Option<Duration>,
    }
    /// The call exceeded its time limit and was dropped there.
    TimedOut "timed_out" {
        /// The timeout's name.
        policy,
        /// The limit that it exceeded.
        #[cfg_attr(feature = "serde", serde(rename = "after_ms"))]
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::config_serde::millis"))]
        after: Duration,
    }
    /// The caller's deadline had passed before the body started.
    DeadlineExceeded "deadline_exceeded" {
        /// The policy that noticed.
        policy,
    }
    /// A fault that a test has injected: a failure for every policy. Only with feature `test-util`.
    #[cfg(feature = "test-util")]
    Injected "injected" {
        /// What the test calls it.
        policy,
    }
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Rejection {
    /// The name of the policy that rejected the call.
    #[must_use]
    #[inline]
    pub const fn policy(&self) -> &'static str {
        self.name().as_str()
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
}
