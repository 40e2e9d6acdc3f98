//! Predicates by hand: what an attribute's `when_…` options are to generated code.

mod with;

use std::time::Duration;

pub use self::with::WithPredicates;
use crate::rejection::Rejection;
use crate::stack::inspect::ErrorClass;
use crate::stack::verdict;

/// A question about `T`, asked by a closure or by a default.
pub trait Predicate<T: ?Sized> {
    /// Whether it answers at all; a default leaves that to what the value says about itself.
    #[doc(hidden)]
    const DECIDES: bool = true;

    /// The answer.
    fn test(&self, value: &T) -> bool;
}

/// What an error says about when to come back, asked by a closure or by a default.
pub trait Hint<E> {
    /// Whether it answers at all; a default leaves that to what the error says about itself.
    #[doc(hidden)]
    const DECIDES: bool = true;

    /// The least delay until the next attempt.
    fn hint(&self, error: &E) -> Option<Duration>;
}

impl<T: ?Sized, F: Fn(&T) -> bool> Predicate<T> for F {
    #[inline]
    fn test(&self, value: &T) -> bool {
        self(value)
    }
}

impl<E, F: Fn(&E) -> Option<Duration>> Hint<E> for F {
    #[inline]
    fn hint(&self, error: &E) -> Option<Duration> {
        self(error)
    }
}

/// The default `when_err`: what an error says about itself, if the call is [classified](WithPredicates::classified);
/// else every error is a failure.
#[derive(Clone, Copy, Debug)]
pub struct AnyError;

/// The default `when_rejected`: of the rejections, a call that timed out is a failure.
#[derive(Clone, Copy, Debug)]
pub struct TimedOutOnly;

/// The default of everything else: no, and no hint, unless the call is [classified](WithPredicates::classified).
#[derive(Clone, Copy, Debug)]
pub struct NoPredicate;

impl<T: ?Sized> Predicate<T> for AnyError {
    const DECIDES: bool = false;

    #[inline]
    fn test(&self, _: &T) -> bool {
        true
    }
}

impl Predicate<Rejection> for TimedOutOnly {
    const DECIDES: bool = false;

    #[inline]
    fn test(&self, rejection: &Rejection) -> bool {
        verdict::timed_out(rejection)
    }
}

impl<T: ?Sized> Predicate<T> for NoPredicate {
    const DECIDES: bool = false;

    #[inline]
    fn test(&self, _: &T) -> bool {
        false
    }
}

impl<E> Hint<E> for NoPredicate {
    const DECIDES: bool = false;

    #[inline]
    fn hint(&self, _: &E) -> Option<Duration> {
        None
    }
}

/// A policy that judges by what errors say about themselves.
pub type Classified<'p, P> =
    WithPredicates<'p, P, AnyError, NoPredicate, TimedOutOnly, NoPredicate, ErrorClass>;

/// The predicates that a policy's own methods begin with; what each means to it, its documentation says.
macro_rules! predicates {
    ($policy:ty, when_err: $err:literal, when_ok: $ok:literal, when_rejected: $rejected:literal) => {
        /// Predicates; see [`WithPredicates`](crate::stack::predicate::WithPredicates). Each starts a builder that ends with `call`.
        impl $policy {
            /// Judges by what the error says about itself, its [`Classify`](crate::Classify), where no predicate
            /// decides; see [`WithPredicates::classified`](crate::predicate::WithPredicates::classified).
            pub fn classified(&self) -> $crate::stack::predicate::Classified<'_, Self> {
                $crate::stack::predicate::WithPredicates::new(self).classified()
            }

            #[doc = $err]
            pub fn when_err<E, F: Fn(&E) -> bool>(
                &self,
                when_err: F,
            ) -> $crate::stack::predicate::WithPredicates<'_, Self, F> {
                $crate::stack::predicate::WithPredicates::new(self).when_err(when_err)
            }

            #[doc = $ok]
            pub fn when_ok<T, F: Fn(&T) -> bool>(
                &self,
                when_ok: F,
            ) -> $crate::stack::predicate::WithPredicates<
                '_,
                Self,
                $crate::stack::predicate::AnyError,
                F,
            > {
                $crate::stack::predicate::WithPredicates::new(self).when_ok(when_ok)
            }

            #[doc = $rejected]
            pub fn when_rejected<F: Fn(&$crate::Rejection) -> bool>(
                &self,
                when_rejected: F,
            ) -> $crate::stack::predicate::WithPredicates<
                '_,
                Self,
                $crate::stack::predicate::AnyError,
                $crate::stack::predicate::NoPredicate,
                F,
            > {
                $crate::stack::predicate::WithPredicates::new(self).when_rejected(when_rejected)
            }
        }
    };
}
pub(crate) use predicates;
