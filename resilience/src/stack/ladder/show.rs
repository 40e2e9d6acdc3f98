//! The rungs that show an error in the log.

use std::fmt::{Debug, Display};

use super::{Of, rungs, top};
use crate::stack::inspect::ErrorText;

/// Shows an error.
pub trait Show<E>: Copy {
    /// Its text.
    fn show(self, error: &E) -> ErrorText<'_>;
}

/// The error has a sentence.
#[derive(Clone, Copy, Debug)]
pub struct ByDisplay;

/// The error has content.
#[derive(Clone, Copy, Debug)]
pub struct ByDebug;

/// The error can't be shown.
#[derive(Clone, Copy, Debug)]
pub struct Unshown;

top! { ByDisplay<T, E>: __resilience_show(self) on Of<Result<T, E>>, [E: Display] }
rungs! {
    ByDebug<T, E>: ShowByDebug, __resilience_show on Of<Result<T, E>>, [E: Debug];
    Unshown<R>: ShowNothing, __resilience_show on &Of<R>, [];
}

impl<E: Display> Show<E> for ByDisplay {
    fn show(self, error: &E) -> ErrorText<'_> {
        ErrorText::Shown(error)
    }
}

impl<E: Debug> Show<E> for ByDebug {
    fn show(self, error: &E) -> ErrorText<'_> {
        ErrorText::Debugged(error)
    }
}

impl<E> Show<E> for Unshown {
    fn show(self, _: &E) -> ErrorText<'_> {
        ErrorText::Hidden
    }
}

/// A witness of an error's type.
#[must_use]
pub fn of_error<E>(_: &E) -> Of<Result<(), E>> {
    Of::new()
}

/// An error's text, by the rung that was found for it.
pub fn show<E>(by: impl Show<E>, error: &E) -> ErrorText<'_> {
    by.show(error)
}
