//! What an error says about itself: whether it is worth another try, and when.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::rejection::Rejection;

/// What an error, or a response, means to the policies around the call.
///
/// | class | circuit breaker | retry, hedge | fallback |
/// |---|---|---|---|
/// | `Transient` | failure | tries again | answers |
/// | `Permanent` | failure | does not | answers |
/// | `Expected` | success | does not | is not used |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The dependency failed, and may answer the next time.
    Transient,
    /// The dependency failed, and would fail again.
    Permanent,
    /// An answer, if not the hoped-for one: not found, invalid input.
    Expected,
}

/// Errors and responses that say themselves what they mean to a policy.
///
/// Written once per error type, it is the default of `when_err` and of `retry_after` in every policy of every function
/// that returns that error. An explicit `when_err` replaces it. A type that doesn't implement it is [`Class::Transient`]
/// as an error, and a success as a value.
///
/// A value in `Ok` whose type implements it is judged, too: a response with status 503 is a failure to a breaker, and
/// tried again. A fallback answers for errors only.
///
/// ```standalone_crate
/// use std::time::Duration;
/// use resilience::{Class, Classify, Rejection, circuit_breaker, retry};
///
/// #[derive(Debug)]
/// enum ApiError { Status(u16, Option<Duration>), NotFound, Unavailable(Rejection) }
///
/// impl Classify for ApiError {
///     fn class(&self) -> Class {
///         match self {
///             Self::Status(500.., _) | Self::Unavailable(_) => Class::Transient,
///             Self::Status(..) => Class::Permanent,
///             Self::NotFound => Class::Expected,
///         }
///     }
///     fn retry_after(&self) -> Option<Duration> {
///         match self { Self::Status(_, wait) => *wait, _ => None }
///     }
///     fn rejection(&self) -> Option<&Rejection> {
///         match self { Self::Unavailable(rejection) => Some(rejection), _ => None }
///     }
/// }
/// # impl From<Rejection> for ApiError { fn from(r: Rejection) -> Self { Self::Unavailable(r) } }
///
/// #[retry]
/// #[circuit_breaker]
/// async fn user(id: u32) -> Result<String, ApiError> { Err(ApiError::NotFound) }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert!(user(1).await.is_err());  // one attempt, which the breaker counts as a success
/// # let breakers = resilience::registry();
/// # assert_eq!(breakers.circuit_breakers().next().unwrap().totals().successes, 1);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't say what it means to policies",
    label = "`{Self}` is not `Classify`",
    note = "a type of your own crate: `impl resilience::Classify for {Self} {{ fn class(&self) -> resilience::Class {{ … }} }}`",
    note = "a type of another crate: judge it by `when_err` or `when_ok` instead of `classified`"
)]
pub trait Classify {
    /// What it means to a policy.
    fn class(&self) -> Class;

    /// How long to wait at least before another attempt, where that is known (default: it is not).
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// The rejection that it carries, which is then judged like one from a policy further in. The default is `None`;
    /// rejections along [`source`](std::error::Error::source) are found without it. thiserror's `#[error(transparent)]` leaves
    /// the error that it wraps out of that: write `#[error("{0}")]` for a rejection.
    fn rejection(&self) -> Option<&Rejection> {
        None
    }
}

impl Classify for Rejection {
    /// The nearest class, for code that asks for nothing else: a call that timed out failed; the other rejections say
    /// nothing about the dependency. Policies look at [`rejection`](Classify::rejection) first, and know them exactly.
    fn class(&self) -> Class {
        match self {
            Self::TimedOut { .. } => Class::Transient,
            _ => Class::Expected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        Self::retry_after(self)
    }

    fn rejection(&self) -> Option<&Rejection> {
        Some(self)
    }
}

impl Classify for io::Error {
    fn class(&self) -> Class {
        use io::ErrorKind as Kind;
        match self.kind() {
            Kind::ConnectionRefused
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::TimedOut
            | Kind::Interrupted
            | Kind::WouldBlock => Class::Transient,
            Kind::NotFound | Kind::AlreadyExists | Kind::InvalidInput => Class::Expected,
            _ => Class::Permanent,
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        Rejection::find(self)
    }
}

/// Pointers say what they point to.
macro_rules! pointers {
    ($($pointer:ty)*) => {
        $(
            impl<C: Classify + ?Sized> Classify for $pointer {
                fn class(&self) -> Class {
                    (**self).class()
                }

                fn retry_after(&self) -> Option<Duration> {
                    (**self).retry_after()
                }

                fn rejection(&self) -> Option<&Rejection> {
                    (**self).rejection()
                }
            }
        )*
    };
}

pointers! { &C Box<C> Arc<C> }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    #[test]
    fn io_errors_are_classified_by_their_kind() {
        use io::ErrorKind as Kind;
        let class = |kind: Kind| io::Error::from(kind).class();
        assert_eq!(class(Kind::ConnectionReset), Class::Transient);
        assert_eq!(class(Kind::WouldBlock), Class::Transient);
        assert_eq!(class(Kind::NotFound), Class::Expected);
        assert_eq!(class(Kind::InvalidInput), Class::Expected);
        assert_eq!(class(Kind::PermissionDenied), Class::Permanent);
        assert_eq!(class(Kind::UnexpectedEof), Class::Permanent);
    }

    #[test]
    fn a_rejection_is_found_through_pointers() {
        let rejection = Rejection::DeadlineExceeded { policy: Name::new("p") };
        let boxed = Box::new(io::Error::from(rejection));
        assert_eq!(boxed.rejection(), Some(&rejection));
        assert_eq!(Arc::new(rejection).rejection(), Some(&rejection));
    }
}
