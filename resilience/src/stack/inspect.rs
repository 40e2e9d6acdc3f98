//! What a result says about itself, as far as its types can: the defaults of every policy that judges.

use std::fmt::{self, Debug, Display};
use std::time::Duration;

use crate::class::{Class, Classify};
use crate::hook;
use crate::name::one_line;
use crate::rejection::Rejection;
use crate::stack::verdict::Fallible;

/// Reads what results say about themselves. It has no size: which abilities the types have is decided at compile time.
pub trait Inspector<R: Fallible>: Copy {
    /// The rejection, by a policy of another function, that the error is or was caused by.
    fn rejection(self, error: &R::Error) -> Option<&Rejection>;

    /// What the error means.
    fn error_class(self, error: &R::Error) -> Class;

    /// What the value means, if its type says so.
    fn value_class(self, value: &R::Value) -> Option<Class>;

    /// The least delay until the next attempt.
    fn hint(self, result: Result<&R::Value, &R::Error>) -> Option<Duration>;

    /// The error for the log.
    fn text(self, error: &R::Error) -> ErrorText<'_>;
}

/// An error for the log: by its `Display`, else by its `Debug`, else not at all.
#[derive(Clone, Copy)]
pub enum ErrorText<'e> {
    /// Its sentence.
    Shown(&'e dyn Display),
    /// Its content.
    Debugged(&'e dyn Debug),
    /// Nothing can be said of it.
    Hidden,
}

impl ErrorText<'_> {
    /// Something that can be shown, if there is anything.
    #[must_use]
    pub fn shown(&self) -> Option<&Self> {
        (!matches!(self, Self::Hidden)).then_some(self)
    }

    /// The text in one line, if there is any. It runs code of the user's: a panic in it goes no further.
    pub(crate) fn line(&self) -> Option<String> {
        let shown = self.shown()?;
        hook::caught(|| shown.to_string()).map(|text| one_line(&text).into_owned())
    }
}

impl Display for ErrorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown(error) => error.fmt(f),
            Self::Debugged(error) => error.fmt(f),
            Self::Hidden => Ok(()),
        }
    }
}

/// Knows nothing: every error is transient, every value a success.
#[derive(Clone, Copy, Debug)]
pub struct NoInspector;

impl<R: Fallible> Inspector<R> for NoInspector {
    #[inline]
    fn rejection(self, _: &R::Error) -> Option<&Rejection> {
        None
    }

    #[inline]
    fn error_class(self, _: &R::Error) -> Class {
        Class::Transient
    }

    #[inline]
    fn value_class(self, _: &R::Value) -> Option<Class> {
        None
    }

    #[inline]
    fn hint(self, _: Result<&R::Value, &R::Error>) -> Option<Duration> {
        None
    }

    fn text(self, _: &R::Error) -> ErrorText<'_> {
        ErrorText::Hidden
    }
}

/// Believes the error: what `.classified()` puts into a call by hand.
#[derive(Clone, Copy, Debug)]
pub struct ErrorClass;

impl<T, E: Classify> Inspector<Result<T, E>> for ErrorClass {
    fn rejection(self, error: &E) -> Option<&Rejection> {
        error.rejection()
    }

    fn error_class(self, error: &E) -> Class {
        error.class()
    }

    #[inline]
    fn value_class(self, _: &T) -> Option<Class> {
        None
    }

    fn hint(self, result: Result<&T, &E>) -> Option<Duration> {
        result.err()?.retry_after()
    }

    fn text(self, _: &E) -> ErrorText<'_> {
        ErrorText::Hidden
    }
}

/// Believes the error and the value: what `.values_classified()` puts into a call by hand.
#[derive(Clone, Copy, Debug)]
pub struct BothClasses;

impl<T: Classify, E: Classify> Inspector<Result<T, E>> for BothClasses {
    fn rejection(self, error: &E) -> Option<&Rejection> {
        error.rejection()
    }

    fn error_class(self, error: &E) -> Class {
        error.class()
    }

    #[inline]
    fn value_class(self, value: &T) -> Option<Class> {
        Some(value.class())
    }

    fn hint(self, result: Result<&T, &E>) -> Option<Duration> {
        match result {
            Ok(value) => value.retry_after(),
            Err(error) => error.retry_after(),
        }
    }

    fn text(self, _: &E) -> ErrorText<'_> {
        ErrorText::Hidden
    }
}
