//! Which abilities the types of a result have, found without an option: rungs that generated code climbs.
//!
//! `(&of).method()` takes the first impl whose bounds are met, and each asks for one ability: a method of the witness, then
//! those of traits, and of these one on as many references as there are, on one more, on none. In a generic function that
//! is what the bounds promise. No rung asks for `'static`: the choice ignores lifetimes, so a borrowed error would be
//! turned away after it was chosen. The methods have names that no trait of the user's has. Each further reference is a
//! round in which the compiler tries every rung, for every function: so there are as few as can be.

mod ask;
mod find;
mod later;
mod show;

use std::marker::PhantomData;
use std::time::Duration;

pub use self::ask::Ask;
pub use self::find::Find;
pub use self::later::{Guardable, RunsLater, RunsNow, guards_its_run};
pub use self::show::{Show, of_error, show};
use super::inspect::{ErrorText, Inspector};
use super::verdict::Fallible;
use crate::class::Class;
use crate::rejection::Rejection;

/// All rungs that are traits, by no name: one import brings them into scope and hides no name of the user's.
pub mod lower {
    pub use super::ask::{ErrorIsSilent as _, ValueIsSilent as _};
    pub use super::find::{
        FindByReference as _, FindBySource as _, FindByVariant as _, FindNowhere as _,
    };
    pub use super::show::{ShowByDebug as _, ShowNothing as _};
}

/// A type to ask about.
pub struct Of<R>(PhantomData<fn(&R)>);

impl<R> Of<R> {
    /// A witness of the type.
    #[allow(clippy::new_without_default, reason = "only generated code calls it")]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Clone for Of<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Of<R> {}

/// What the rungs found out about the results of one function.
pub struct Inspected<R, F, E, V, S> {
    results: PhantomData<fn(&R)>,
    find: F,
    error: E,
    value: V,
    show: S,
}

/// Puts the answers together.
pub const fn inspected<R, F, E, V, S>(
    Of(results): Of<R>,
    find: F,
    error: E,
    value: V,
    show: S,
) -> Inspected<R, F, E, V, S> {
    Inspected { results, find, error, value, show }
}

impl<R, F: Copy, E: Copy, V: Copy, S: Copy> Clone for Inspected<R, F, E, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, F: Copy, E: Copy, V: Copy, S: Copy> Copy for Inspected<R, F, E, V, S> {}

impl<R, F, E, V, S> Inspector<R> for Inspected<R, F, E, V, S>
where
    R: Fallible,
    F: Find<R::Error>,
    E: Ask<R::Error>,
    V: Ask<R::Value>,
    S: Show<R::Error>,
{
    #[inline]
    fn rejection(self, error: &R::Error) -> Option<&Rejection> {
        self.find.find(error).or_else(|| self.error.rejection(error))
    }

    #[inline]
    fn error_class(self, error: &R::Error) -> Class {
        self.error.class(error).unwrap_or(Class::Transient)
    }

    #[inline]
    fn value_class(self, value: &R::Value) -> Option<Class> {
        self.value.class(value)
    }

    #[inline]
    fn hint(self, result: Result<&R::Value, &R::Error>) -> Option<Duration> {
        match result {
            Ok(value) => self.value.hint(value),
            Err(error) => self.error.hint(error),
        }
    }

    fn text(self, error: &R::Error) -> ErrorText<'_> {
        self.show.show(error)
    }
}

/// The top rung: a method of the witness itself, which comes before those of traits where its bound is met.
macro_rules! top {
    ($ability:ident<$($of:ident),+>: $method:ident($($receiver:tt)+) on $target:ty, [$($bound:tt)*]) => {
        impl<$($of),+> $target where $($bound)* {
            #[doc(hidden)]
            #[must_use]
            #[inline]
            pub fn $method($($receiver)+) -> $ability {
                $ability
            }
        }
    };
}
use top;

/// One rung per ability: a trait whose method is found at that many references, and a type that has the ability.
macro_rules! rungs {
    ($($ability:ident $(<$($of:ident),+>)?: $rung:ident, $method:ident on $target:ty, [$($bound:tt)*];)*) => {
        $(
            /// A rung.
            pub trait $rung {
                #[doc(hidden)]
                fn $method(self) -> $ability;
            }

            impl<$($($of),+)?> $rung for $target where $($bound)* {
                #[inline]
                fn $method(self) -> $ability {
                    $ability
                }
            }
        )*
    };
}
use rungs;
