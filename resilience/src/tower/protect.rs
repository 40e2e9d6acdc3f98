//! How each policy guards the call of a service.

use ::tower::BoxError;

use super::answers::KnownAnswers;
use super::in_flight::InFlight;
use super::layer::PolicyLayer;
use super::rejected::translated;
use super::trailers::WithTrailers;
use crate::bulkhead::{self, Bulkhead};
use crate::circuit_breaker::{CircuitBreaker, guard_by, unknown};
use crate::hedge::Hedge;
use crate::pipeline::Pipeline;
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::stack::inspect::Inspector;
use crate::stack::predicate::{AnyError, NoPredicate, Predicate, TimedOutOnly, WithPredicates};
use crate::stack::verdict::{self, Judge};
use crate::stack::{body, drop_on_ready, edge};
use crate::timeout::Timeout;

/// Marks policies that call the service once.
#[derive(Clone, Copy, Debug)]
pub struct Once;

/// Marks policies that may call the service again, with a clone of the request.
#[derive(Clone, Copy, Debug)]
pub struct Again;

/// A policy that can guard a service. Only this crate's policies can.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a layer",
    label = "a shared policy is needed, such as `&API` of `#[rate_limit(\"100/s\")] static API: RateLimiter;`",
    note = "policies per key guard the handler, which knows the key: `#[rate_limit(USERS, key = user.id)]`"
)]
pub trait Protect: sealed::Sealed + Sync + 'static {
    /// [`Once`] or [`Again`].
    type Times;

    /// Whether it may call the service more than once for a request.
    #[doc(hidden)]
    fn may_repeat(&self) -> bool;

    #[doc(hidden)]
    fn protect<Op, F, T, W, N>(
        &'static self,
        operation: Op,
        judge: AnswerJudge<W, N>,
        translate: fn(BoxError) -> BoxError,
    ) -> InFlight<T>
    where
        Op: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<T, BoxError>> + Send + 'static,
        T: Send + 'static,
        W: Predicate<T> + Clone + Send + 'static,
        N: Inspector<Result<T, BoxError>> + Send + 'static;
}

/// A policy that judges responses.
#[diagnostic::on_unimplemented(
    message = "`{Self}` judges no responses",
    note = "`when_ok` and `classified` are for circuit breakers, retries, hedges and pipelines"
)]
pub trait Judging: sealed::Sealed {}

impl Judging for CircuitBreaker {}
impl Judging for Retry {}
impl Judging for Hedge {}
impl Judging for Pipeline {}

mod sealed {
    pub trait Sealed {}
}

/// How a layer judges answers.
#[derive(Clone, Copy, Debug)]
pub struct AnswerJudge<W, N> {
    pub(super) when_ok: W,
    pub(super) inspector: N,
}

impl AnswerJudge<NoPredicate, KnownAnswers> {
    /// The default: answers that are known say what they mean.
    pub(crate) const KNOWN: Self = Self { when_ok: NoPredicate, inspector: KnownAnswers };
}

impl<W, N> AnswerJudge<W, N> {
    /// A breaker's call, whose outcome may come with the end of the response's body.
    fn watching<F, T>(
        self,
        breaker: &'static CircuitBreaker,
        call: F,
    ) -> impl Future<Output = Result<T, BoxError>> + use<F, T, W, N>
    where
        F: Future<Output = Result<T, BoxError>>,
        T: 'static,
        W: Predicate<T>,
        N: Inspector<Result<T, BoxError>>,
    {
        let predicates = self.of(breaker);
        let inspector = predicates.inspector;
        let judge = move |judging: verdict::Judging<'_, _, _>| predicates.judge(judging);
        let settles = WithTrailers(Judge::new(inspector, judge));
        edge(guard_by(breaker, unknown(body(call)), settles))
    }

    pub(super) fn of<P>(
        self,
        policy: &P,
    ) -> WithPredicates<'_, P, AnyError, W, TimedOutOnly, NoPredicate, N> {
        WithPredicates {
            policy,
            when_err: AnyError,
            when_ok: self.when_ok,
            when_rejected: TimedOutOnly,
            extra: NoPredicate,
            inspector: self.inspector,
        }
    }
}

/// A bulkhead's call; its answer says to an adaptive limit whether there was too much load.
pub(super) fn in_slot<F, T, N>(
    bulkhead: &Bulkhead,
    call: F,
    inspector: N,
) -> impl Future<Output = Result<T, BoxError>> + use<'_, F, T, N>
where
    F: Future<Output = Result<T, BoxError>>,
    N: Inspector<Result<T, BoxError>>,
{
    edge(bulkhead::guard::guard(bulkhead, drop_on_ready(body(call)), inspector, |_| false))
}

/// The same frame for every policy; the first expression says whether it may repeat the call, the second one makes the guarded future. It is gone with its answer, and with it
/// what a service that was made ready, and never called, has reserved.
macro_rules! protect {
    ($($policy:ty, $times:ty, $may_repeat:expr; |$self:ident, $operation:ident, $judge:ident| $call:expr;)*) => {
        $(
            impl $policy {
                /// This instance as a tower layer.
                #[must_use]
                pub fn layer(&'static self) -> PolicyLayer<Self> {
                    PolicyLayer::new(self)
                }
            }

            impl sealed::Sealed for $policy {}

            impl Protect for $policy {
                type Times = $times;

                fn may_repeat(&self) -> bool {
                    let may_repeat: fn(&Self) -> bool = $may_repeat;
                    may_repeat(self)
                }

                #[allow(unused_mut, unused_variables, reason = "not every policy judges, nor calls again")]
                fn protect<Op, F, T, W, N>(
                    &'static $self,
                    mut $operation: Op,
                    $judge: AnswerJudge<W, N>,
                    translate: fn(BoxError) -> BoxError,
                ) -> InFlight<T>
                where
                    Op: FnMut() -> F + Send + 'static,
                    F: Future<Output = Result<T, BoxError>> + Send + 'static,
                    T: Send + 'static,
                    W: Predicate<T> + Clone + Send + 'static,
                    N: Inspector<Result<T, BoxError>> + Send + 'static,
                {
                    InFlight::new(translated(translate, drop_on_ready($call)))
                }
            }
        )*
    };
}

protect! {
    CircuitBreaker, Once, |_| false; |self, operation, judge| judge.watching(self, operation());
    Timeout, Once, |_| false; |self, operation, judge| self.call(operation());
    Bulkhead, Once, |_| false; |self, operation, judge| in_slot(self, operation(), judge.inspector);
    RateLimiter, Once, |_| false; |self, operation, judge| self.call(operation());
    Retry, Again, |_| true; |self, operation, judge| judge.of(self).call(operation);
    Hedge, Again, |_| true; |self, operation, judge| judge.of(self).call(operation);
    Pipeline, Again, |it| it.parts().retry.is_some(); |self, operation, judge| judge.of(self).call(operation);
}
