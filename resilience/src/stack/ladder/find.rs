//! The rungs that look for a rejection in an error.

use std::error::Error;
use std::io;
use std::sync::Arc;

use super::{Of, rungs, top};
use crate::rejection::Rejection;

/// Looks for a rejection in an error.
pub trait Find<E>: Copy {
    /// The rejection that it is, or was caused by.
    fn find(self, error: &E) -> Option<&Rejection>;
}

/// The error's type is known to hold errors.
#[derive(Clone, Copy, Debug)]
pub struct Known;

/// The error has a `source()`.
#[derive(Clone, Copy, Debug)]
pub struct BySource;

/// The error is an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug)]
pub struct ByVariant;

/// The error leads to one that has a `source()`, as `anyhow::Error` does.
#[derive(Clone, Copy, Debug)]
pub struct ByReference;

/// The error can't tell.
#[derive(Clone, Copy, Debug)]
pub struct Nowhere;

/// The types that [`Known`] knows.
macro_rules! known {
    ($($error:ty: |$value:ident| $find:expr;)*) => {
        $(
            impl Find<$error> for Known {
                #[cold]
                fn find(self, $value: &$error) -> Option<&Rejection> {
                    $find
                }
            }

            top! { Known<T>: __resilience_find(&self) on Of<Result<T, $error>>, [] }
        )*
    };
}

known! {
    Rejection: |error| Some(error);
    Box<Rejection>: |error| Some(&**error);
    Arc<Rejection>: |error| Some(&**error);
    io::Error: |error| Rejection::find(error);
    Arc<io::Error>: |error| Rejection::find(&**error);
    Box<dyn Error>: |error| Rejection::find(&**error);
    Box<dyn Error + Send>: |error| Rejection::find(&**error);
    Box<dyn Error + Send + Sync>: |error| Rejection::find(&**error);
    Arc<dyn Error + Send + Sync>: |error| Rejection::find(&**error);
}

rungs! {
    BySource<T, E>: FindBySource, __resilience_find on &Of<Result<T, E>>, [E: Error];
    // Side by side: the one is no error of the other's kind.
    ByVariant<T, E>: FindByVariant, __resilience_find on &&Of<Result<T, crate::error::Error<E>>>, [];
    ByReference<T, E>: FindByReference, __resilience_find on &&Of<Result<T, E>>, [E: AsRef<dyn Error + Send + Sync>];
    Nowhere<R>: FindNowhere, __resilience_find on Of<R>, [];
}

impl<E: Error> Find<E> for BySource {
    #[cold]
    fn find(self, error: &E) -> Option<&Rejection> {
        Rejection::find(error.source()?)
    }
}

impl<E> Find<crate::error::Error<E>> for ByVariant {
    #[inline]
    fn find(self, error: &crate::error::Error<E>) -> Option<&Rejection> {
        error.rejection()
    }
}

impl<E: AsRef<dyn Error + Send + Sync>> Find<E> for ByReference {
    #[cold]
    fn find(self, error: &E) -> Option<&Rejection> {
        Rejection::find(error.as_ref())
    }
}

impl<E> Find<E> for Nowhere {
    #[inline]
    fn find(self, _: &E) -> Option<&Rejection> {
        None
    }
}
