//! An error of another crate's, or a rejection: for errors that can't be made from a rejection.

use std::error;
use std::fmt;
use std::time::Duration;

use crate::class::{Class, Classify};
use crate::rejection::Rejection;

/// The error of a guarded function whose own error type comes from another crate.
///
/// A policy reports its rejection as the function's error, for which `E: From<Rejection>` is needed; for the error of
/// another crate only that crate can write it. This type has room for both. `?` on a `Result<_, E>` works in the
/// body, and the policies see through to what `E` says about itself.
///
/// ```
/// use resilience::{Error, timeout};
///
/// #[timeout("2s")]
/// async fn port(text: &str) -> Result<u16, Error<std::num::ParseIntError>> {
///     Ok(text.parse()?)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// match port("http").await {
///     Ok(port) => println!("port {port}"),
///     Err(Error::Rejected(rejection)) => println!("try again in {:?}", rejection.retry_after()),
///     Err(Error::Inner(error)) => println!("{error}"),
/// }
/// # assert!(matches!(port("http").await, Err(Error::Inner(_))));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error<E> {
    /// A policy rejected the call, or timed it out.
    Rejected(Rejection),
    /// The body's own error.
    Inner(E),
}

impl<E> Error<E> {
    /// The rejection, if it is one.
    #[must_use]
    pub const fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            Self::Inner(_) => None,
        }
    }

    /// The body's own error, if it is one.
    #[must_use]
    pub const fn inner(&self) -> Option<&E> {
        match self {
            Self::Rejected(_) => None,
            Self::Inner(error) => Some(error),
        }
    }

    /// The body's own error.
    ///
    /// # Errors
    /// The rejection, if it is one.
    pub fn into_inner(self) -> Result<E, Rejection> {
        match self {
            Self::Rejected(rejection) => Err(rejection),
            Self::Inner(error) => Ok(error),
        }
    }
}

impl<E> From<E> for Error<E> {
    fn from(error: E) -> Self {
        Self::Inner(error)
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => rejection.fmt(f),
            Self::Inner(error) => error.fmt(f),
        }
    }
}

impl<E: error::Error + 'static> error::Error for Error<E> {
    /// What it holds.
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(match self {
            Self::Rejected(rejection) => rejection,
            Self::Inner(error) => error,
        })
    }
}

impl<E: Classify> Classify for Error<E> {
    fn class(&self) -> Class {
        match self {
            Self::Rejected(rejection) => rejection.class(),
            Self::Inner(error) => error.class(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rejected(rejection) => rejection.retry_after(),
            Self::Inner(error) => error.retry_after(),
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            Self::Inner(error) => error.rejection(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;

    use super::*;
    use crate::name::Name;

    const REJECTION: Rejection = Rejection::DeadlineExceeded { policy: Name::new("orders") };

    #[test]
    fn shows_what_it_holds() {
        let rejected: Error<io::Error> = Error::Rejected(REJECTION);
        assert_eq!(rejected.to_string(), REJECTION.to_string());
        assert_eq!(Error::from(io::Error::other("on fire")).to_string(), "on fire");
    }

    #[test]
    fn its_source_leads_to_the_rejection() {
        let rejected: Error<io::Error> = Error::Rejected(REJECTION);
        assert_eq!(Rejection::find(&rejected), Some(&REJECTION));
        let inner = Error::from(io::Error::from(REJECTION));
        assert!(inner.source().unwrap().is::<io::Error>());
        assert_eq!(Rejection::find(&inner), Some(&REJECTION));
    }
}
