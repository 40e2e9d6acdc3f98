//! Which responses are failures: what a layer is told, or finds out.

use ::tower::BoxError;

use super::answers::{ClassifiedAnswers, KnownAnswers};
use super::protect::AnswerJudge;
use crate::class::Classify;
use crate::stack::inspect::Inspector;
use crate::stack::predicate::{NoPredicate, Predicate};

/// A predicate over responses.
#[derive(Clone, Copy)]
pub struct WhenOk<F>(F);

impl<F> WhenOk<F> {
    pub(super) const fn new(when_ok: F) -> Self {
        Self(when_ok)
    }
}

/// Every response says itself what it means.
#[derive(Clone, Copy, Debug)]
pub struct ByClass;

/// Which responses are failures: those that say so (`()` for the known ones, [`ByClass`] for all), or those that a
/// predicate finds.
pub trait FailedResponses<T>: Clone + Send + 'static {
    #[doc(hidden)]
    type Predicate: Predicate<T> + Clone + Send + 'static;
    #[doc(hidden)]
    type Inspector: Inspector<Result<T, BoxError>> + Send + 'static;

    #[doc(hidden)]
    fn judge(&self) -> AnswerJudge<Self::Predicate, Self::Inspector>;
}

impl<T: 'static> FailedResponses<T> for () {
    type Predicate = NoPredicate;
    type Inspector = KnownAnswers;

    fn judge(&self) -> AnswerJudge<NoPredicate, KnownAnswers> {
        AnswerJudge::KNOWN
    }
}

impl<T: Classify + 'static> FailedResponses<T> for ByClass {
    type Predicate = NoPredicate;
    type Inspector = ClassifiedAnswers;

    fn judge(&self) -> AnswerJudge<NoPredicate, ClassifiedAnswers> {
        AnswerJudge { when_ok: NoPredicate, inspector: ClassifiedAnswers }
    }
}

impl<T: 'static, F: Fn(&T) -> bool + Clone + Send + 'static> FailedResponses<T> for WhenOk<F> {
    type Predicate = F;
    type Inspector = KnownAnswers;

    fn judge(&self) -> AnswerJudge<F, KnownAnswers> {
        AnswerJudge { when_ok: self.0.clone(), inspector: KnownAnswers }
    }
}
