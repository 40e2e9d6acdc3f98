//! The rungs that ask errors and values for their class.

use std::time::Duration;

use super::{Of, rungs, top};
use crate::class::{Class, Classify};
use crate::rejection::Rejection;

/// Asks a value what it means.
pub trait Ask<V>: Copy {
    /// Its class, if it says so.
    fn class(self, value: &V) -> Option<Class>;
    /// The least delay until the next attempt.
    fn hint(self, value: &V) -> Option<Duration>;
    /// The rejection that it carries, if it says so.
    fn rejection(self, value: &V) -> Option<&Rejection>;
}

/// The value is [`Classify`].
#[derive(Clone, Copy, Debug)]
pub struct Classified;

/// The value says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

top! { Classified<T, E>: __resilience_error(self) on Of<Result<T, E>>, [E: Classify] }
rungs! { Silent<R>: ErrorIsSilent, __resilience_error on Of<R>, []; }

// The type of a value that isn't written, as in `Result<impl Sized, E>`, can't be asked for its abilities.
top! { Silent<R>: __resilience_unknown_value(self) on Of<R>, [] }

top! { Classified<T, E>: __resilience_value(self) on Of<Result<T, E>>, [T: Classify] }
rungs! { Silent<R>: ValueIsSilent, __resilience_value on Of<R>, []; }

impl<V: Classify> Ask<V> for Classified {
    fn class(self, value: &V) -> Option<Class> {
        Some(value.class())
    }

    fn hint(self, value: &V) -> Option<Duration> {
        value.retry_after()
    }

    fn rejection(self, value: &V) -> Option<&Rejection> {
        value.rejection()
    }
}

impl<V> Ask<V> for Silent {
    #[inline]
    fn class(self, _: &V) -> Option<Class> {
        None
    }

    #[inline]
    fn hint(self, _: &V) -> Option<Duration> {
        None
    }

    #[inline]
    fn rejection(self, _: &V) -> Option<&Rejection> {
        None
    }
}
