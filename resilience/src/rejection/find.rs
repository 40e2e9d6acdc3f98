//! A rejection among the causes of an error.

use std::error::Error;
use std::io;
use std::sync::Arc;

use super::Rejection;

impl Rejection {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    #[test]
    fn is_found_along_the_chain_of_causes() {
        let rejection = Rejection::DeadlineExceeded { policy: Name::new("orders") };
        let outer = io::Error::other(io::Error::from(rejection));
        assert_eq!(Rejection::find(&outer), Some(&rejection));
    }
}
