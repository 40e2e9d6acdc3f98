//! A policy together with predicates, for use by hand: what an attribute's `when_…` options are to generated code.

use std::time::Duration;

use crate::rejection::Rejection;
use crate::stack::verdict::{self, Fallible, Verdict};

/// A question about `T`, asked by a closure or by a default.
pub trait Predicate<T: ?Sized> {
    /// The answer.
    fn test(&self, value: &T) -> bool;
}

/// What an error says about when to come back, asked by a closure or by a default.
pub trait Hint<E> {
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

/// The default `when_err`: every error is a failure.
#[derive(Clone, Copy, Debug)]
pub struct AnyError;

/// The default `when_rejected`: of the refusals, a time limit that struck is a failure.
#[derive(Clone, Copy, Debug)]
pub struct TimedOutOnly;

/// The default of everything else: no, and no hint.
#[derive(Clone, Copy, Debug)]
pub struct NoPredicate;

impl<T: ?Sized> Predicate<T> for AnyError {
    #[inline]
    fn test(&self, _: &T) -> bool {
        true
    }
}

impl Predicate<Rejection> for TimedOutOnly {
    #[inline]
    fn test(&self, rejection: &Rejection) -> bool {
        verdict::timed_out(rejection)
    }
}

impl<T: ?Sized> Predicate<T> for NoPredicate {
    #[inline]
    fn test(&self, _: &T) -> bool {
        false
    }
}

impl<E> Hint<E> for NoPredicate {
    #[inline]
    fn hint(&self, _: &E) -> Option<Duration> {
        None
    }
}

/// A policy that judges outcomes by your predicates instead of the defaults.
///
/// Any of a policy's `when_…` methods makes one; `call` ends it. Write the types of the closures' arguments.
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use resilience::{Retry, RetryConfig};
///
/// static FETCH: Retry = Retry::new("fetch", RetryConfig::new());
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let mut tries = 0;
/// let missing = FETCH
///     .when_err(|error: &Error| error.kind() != ErrorKind::NotFound)
///     .call(|| {
///         tries += 1;
///         async { Err::<(), _>(Error::from(ErrorKind::NotFound)) }
///     })
///     .await;
/// assert!(missing.is_err());
/// assert_eq!(tries, 1);
/// # }
/// ```
#[must_use = "predicates do nothing until `call`"]
#[derive(Clone, Copy, Debug)]
pub struct WithPredicates<
    'p,
    P,
    WhenErr = AnyError,
    WhenOk = NoPredicate,
    WhenRejected = TimedOutOnly,
    Extra = NoPredicate,
> {
    pub(crate) policy: &'p P,
    pub(crate) when_err: WhenErr,
    pub(crate) when_ok: WhenOk,
    pub(crate) when_rejected: WhenRejected,
    /// The one question that only this kind of policy asks: a breaker's `ignore_err`, a retry's `retry_after`.
    pub(crate) extra: Extra,
}

/// The predicates that a policy's own methods begin with; what each means to it, its documentation says.
macro_rules! predicates {
    ($policy:ty, when_err: $err:literal, when_ok: $ok:literal, when_rejected: $rejected:literal) => {
        /// Predicates; see [`WithPredicates`](crate::stack::predicate::WithPredicates). Each starts a builder that ends with `call`.
        impl $policy {
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

impl<'p, P> WithPredicates<'p, P> {
    pub(crate) const fn new(policy: &'p P) -> Self {
        Self {
            policy,
            when_err: AnyError,
            when_ok: NoPredicate,
            when_rejected: TimedOutOnly,
            extra: NoPredicate,
        }
    }
}

impl<'p, P, A, B, C, X> WithPredicates<'p, P, A, B, C, X> {
    /// Which errors are failures (default: every one).
    pub fn when_err<E, F: Fn(&E) -> bool>(self, when_err: F) -> WithPredicates<'p, P, F, B, C, X> {
        let Self { policy, when_ok, when_rejected, extra, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra }
    }

    /// Which successes are failures all the same (default: none).
    pub fn when_ok<T, F: Fn(&T) -> bool>(self, when_ok: F) -> WithPredicates<'p, P, A, F, C, X> {
        let Self { policy, when_err, when_rejected, extra, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra }
    }

    /// Which refusals of policies further in are failures (default: [`TimedOut`](Rejection::TimedOut) only).
    ///
    /// It sees the refusals that reach this policy *as* refusals: through `guard`. A `call` further in has already
    /// turned its refusal into an error, which is the business of [`when_err`](Self::when_err) and
    /// [`Rejection::find`].
    pub fn when_rejected<F: Fn(&Rejection) -> bool>(
        self,
        when_rejected: F,
    ) -> WithPredicates<'p, P, A, B, F, X> {
        let Self { policy, when_err, when_ok, extra, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra }
    }

    #[inline]
    pub(crate) fn with_extra<Y>(self, extra: Y) -> WithPredicates<'p, P, A, B, C, Y> {
        let Self { policy, when_err, when_ok, when_rejected, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra }
    }

    /// Judges an outcome by these predicates; `ignore_err` is the breaker's.
    #[inline]
    pub(crate) fn judge<R: Fallible>(
        &self,
        outcome: &Result<R, Rejection>,
        ignore_err: impl FnOnce(&R::Error) -> bool,
    ) -> Verdict
    where
        A: Predicate<R::Error>,
        B: Predicate<R::Value>,
        C: Predicate<Rejection>,
    {
        verdict::judge(
            outcome,
            |error| self.when_err.test(error),
            |value| self.when_ok.test(value),
            ignore_err,
            |rejection| self.when_rejected.test(rejection),
        )
    }

    /// Judges a result that no policy further in has refused.
    #[inline]
    pub(crate) fn judge_result<R: Fallible>(&self, result: &R) -> Verdict
    where
        A: Predicate<R::Error>,
        B: Predicate<R::Value>,
    {
        let failed = match result.as_result() {
            Ok(value) => self.when_ok.test(value),
            Err(error) => self.when_err.test(error),
        };
        if failed { Verdict::Failure } else { Verdict::Success }
    }
}
