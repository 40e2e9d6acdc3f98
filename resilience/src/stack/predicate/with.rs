//! A policy together with predicates.

use super::{AnyError, NoPredicate, Predicate, TimedOutOnly};
use crate::rejection::Rejection;
use crate::stack::inspect::{BothClasses, ErrorClass, Inspector, NoInspector};
use crate::stack::verdict::{Fallible, Judging, Verdict};

/// A policy that judges outcomes by your predicates instead of the defaults.
///
/// Any of a policy's `when_…` methods makes one, and so does `classified`; `call` ends it. Write the types of the closures' arguments.
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
    Inspected = NoInspector,
> {
    pub(crate) policy: &'p P,
    pub(crate) when_err: WhenErr,
    pub(crate) when_ok: WhenOk,
    pub(crate) when_rejected: WhenRejected,
    /// The one question that only this kind of policy asks: a breaker's `ignore_err`, a retry's `retry_after`.
    pub(crate) extra: Extra,
    /// What is believed of an outcome where no predicate decides.
    pub(crate) inspector: Inspected,
}

impl<'p, P> WithPredicates<'p, P> {
    pub(crate) const fn new(policy: &'p P) -> Self {
        Self {
            policy,
            when_err: AnyError,
            when_ok: NoPredicate,
            when_rejected: TimedOutOnly,
            extra: NoPredicate,
            inspector: NoInspector,
        }
    }
}

impl<'p, P, A, B, C, X, N> WithPredicates<'p, P, A, B, C, X, N> {
    /// Which errors are failures (default: every one).
    pub fn when_err<E, F: Fn(&E) -> bool>(
        self,
        when_err: F,
    ) -> WithPredicates<'p, P, F, B, C, X, N> {
        let Self { policy, when_ok, when_rejected, extra, inspector, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra, inspector }
    }

    /// Which successes are failures all the same (default: none).
    pub fn when_ok<T, F: Fn(&T) -> bool>(self, when_ok: F) -> WithPredicates<'p, P, A, F, C, X, N> {
        let Self { policy, when_err, when_rejected, extra, inspector, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra, inspector }
    }

    /// Which rejections by policies further in are failures (default: [`TimedOut`](Rejection::TimedOut) only).
    ///
    /// It sees the rejections that reach this policy *as* rejections: through `guard`. A `call` further in has already
    /// turned its rejection into an error; a [classified](Self::classified) call sees those that the error carries.
    pub fn when_rejected<F: Fn(&Rejection) -> bool>(
        self,
        when_rejected: F,
    ) -> WithPredicates<'p, P, A, B, F, X, N> {
        let Self { policy, when_err, when_ok, extra, inspector, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra, inspector }
    }

    /// Judges by what the error says about itself, its [`Classify`](crate::Classify), where no predicate decides: as
    /// the attributes do for every error that implements it.
    ///
    /// It judges errors alone, also where the value in `Ok` is `Classify`: whether a type implements a trait is known to
    /// an attribute's code, which stands where the types are, and to no generic method. Say it by
    /// [`values_classified`](Self::values_classified).
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    /// use resilience::{Retry, RetryConfig};
    ///
    /// static FETCH: Retry = Retry::new("fetch", RetryConfig::new());
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let mut tries = 0;
    /// let missing = FETCH.classified().call(|| {
    ///     tries += 1;
    ///     async { Err::<(), _>(Error::from(ErrorKind::NotFound)) }
    /// });
    /// assert!(missing.await.is_err());
    /// assert_eq!(tries, 1);
    /// # }
    /// ```
    pub fn classified(self) -> WithPredicates<'p, P, A, B, C, X, ErrorClass> {
        self.inspected_by(ErrorClass)
    }

    /// [`classified`](Self::classified), and the same for the value in `Ok`: a response with status 503 is a failure.
    pub fn values_classified(self) -> WithPredicates<'p, P, A, B, C, X, BothClasses> {
        self.inspected_by(BothClasses)
    }

    #[inline]
    pub(crate) fn inspected_by<M>(self, inspector: M) -> WithPredicates<'p, P, A, B, C, X, M> {
        let Self { policy, when_err, when_ok, when_rejected, extra, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra, inspector }
    }

    #[inline]
    pub(crate) fn with_extra<Y>(self, extra: Y) -> WithPredicates<'p, P, A, B, C, Y, N> {
        let Self { policy, when_err, when_ok, when_rejected, inspector, .. } = self;
        WithPredicates { policy, when_err, when_ok, when_rejected, extra, inspector }
    }

    /// Judges an outcome by these predicates; a breaker has asked its `ignore_err` before.
    #[inline]
    pub(crate) fn judge<R: Fallible>(&self, judging: Judging<'_, R, N>) -> Verdict
    where
        A: Predicate<R::Error>,
        B: Predicate<R::Value>,
        C: Predicate<Rejection>,
        N: Inspector<R>,
    {
        let judging = self.judge_values(judging);
        if C::DECIDES {
            judging.when_rejected(|rejection| self.when_rejected.test(rejection)).verdict()
        } else {
            judging.verdict()
        }
    }

    /// Judges a result that no policy further in has rejected.
    #[inline]
    pub(crate) fn judge_result<R: Fallible>(&self, result: &R) -> Verdict
    where
        A: Predicate<R::Error>,
        B: Predicate<R::Value>,
        C: Predicate<Rejection>,
        N: Inspector<R>,
    {
        self.judge(Judging::of_result(result, self.inspector))
    }

    #[inline]
    fn judge_values<'o, R: Fallible>(&self, mut judging: Judging<'o, R, N>) -> Judging<'o, R, N>
    where
        A: Predicate<R::Error>,
        B: Predicate<R::Value>,
        N: Inspector<R>,
    {
        if A::DECIDES {
            judging = judging.when_err(|error| self.when_err.test(error));
        }
        if B::DECIDES {
            judging = judging.when_ok(|value| self.when_ok.test(value));
        }
        judging
    }
}
