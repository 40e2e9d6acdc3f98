//! The kinds of policy: one word each, the same in events, metrics and reports.

use std::fmt;

/// The one table of kinds: variant, word in identifiers, word for a list of them, words in sentences, meaning. It calls `$then` with whatever is
/// given in brackets, and the rows.
macro_rules! with_kinds {
    ($then:ident $given:tt) => {
        $then! {
            $given
            CircuitBreaker "circuit_breaker" "circuit_breakers" "circuit breaker" "Stops calling what keeps failing.";
            Retry "retry" "retries" "retry" "Tries again.";
            Timeout "timeout" "timeouts" "timeout" "Limits how long a call may take.";
            Bulkhead "bulkhead" "bulkheads" "bulkhead" "Limits how many calls run at once.";
            RateLimiter "rate_limit" "rate_limiters" "rate limit" "Limits how many calls begin in a time window.";
            Fallback "fallback" "fallbacks" "fallback" "Answers for a body that failed.";
            Hedge "hedge" "hedges" "hedge" "Starts a second attempt beside a slow first one.";
            HealthCheck "health_check" "health_checks" "health check" "Asks now and then whether something works.";
            Pipeline "pipeline" "pipelines" "pipeline" "Several policies in the standard order.";
        }
    };
}
pub(crate) use with_kinds;

macro_rules! kinds {
    ([] $($kind:ident $word:literal $list:literal $words:literal $doc:literal;)*) => {
        /// What a policy does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub enum PolicyKind {
            $(
                #[doc = $doc]
                #[cfg_attr(feature = "serde", serde(rename = $word))]
                $kind,
            )*
        }

        impl PolicyKind {
            /// Every kind, in a fixed order.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$kind),*];

            /// The kind in `snake_case`, as it appears in event targets and metric labels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }

            /// The word for a list of them, as in the snapshot.
            #[cfg(feature = "axum")]
            #[must_use]
            pub(crate) const fn list(self) -> &'static str {
                match self {
                    $(Self::$kind => $list,)*
                }
            }

            /// The kind in words, for sentences.
            #[must_use]
            pub(crate) const fn in_words(self) -> &'static str {
                match self {
                    $(Self::$kind => $words,)*
                }
            }
        }
    };
}

with_kinds!(kinds []);

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
