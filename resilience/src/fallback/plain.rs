//! When the one expression of a function that returns no `Result` is due: at a rejection.

use std::convert::Infallible;
use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::catch::ReturnType;
use crate::ambient;
use crate::rejection::Rejection;
#[cfg(feature = "test-util")]
use crate::stack::faults::{self, TypedFault};
use crate::stack::ladder::Of;

/// What [`ReturnType`] is to a `Result`, for every other return type.
pub trait PlainReturn: Sized {
    /// What the function returns.
    type Value;

    /// What its outcomes are made of.
    fn __resilience_of(self) -> Of<Result<Self::Value, Infallible>> {
        Of::new()
    }

    /// The body at the core of the stack: it can't fail.
    fn __resilience_body<F: Future<Output = Self::Value>>(self, inner: F) -> Sure<F> {
        Sure { inner }
    }

    /// The same for a synchronous function.
    #[allow(clippy::missing_errors_doc, reason = "no policy has rejected here")]
    fn __resilience_body_blocking(
        self,
        inner: impl FnOnce() -> Self::Value,
    ) -> Result<Result<Self::Value, Infallible>, Rejection> {
        Ok(Ok(inner()))
    }

    /// The value, or the rejection that needs an answer.
    #[allow(clippy::missing_errors_doc, reason = "the rejection")]
    fn __resilience_result(
        self,
        outcome: Result<Result<Self::Value, Infallible>, Rejection>,
    ) -> Result<Self::Value, Rejection> {
        outcome.map(|Ok(value)| value)
    }

    /// The same where no policy rejects.
    #[allow(clippy::missing_errors_doc, reason = "there is none")]
    fn __resilience_unrefused(
        self,
        outcome: Result<Result<Self::Value, Infallible>, Rejection>,
    ) -> Result<Self::Value, Rejection> {
        self.__resilience_result(outcome)
    }

    /// The same where only a fault of a test rejects.
    #[cfg(feature = "test-util")]
    #[allow(clippy::missing_errors_doc, reason = "the rejection")]
    fn __resilience_or_reject(
        self,
        outcome: Result<Result<Self::Value, Infallible>, Rejection>,
        _reject: impl FnOnce(Rejection) -> Self::Value,
    ) -> Result<Self::Value, Rejection> {
        self.__resilience_result(outcome)
    }

    /// It has no error that a test could give.
    #[cfg(feature = "test-util")]
    #[allow(clippy::missing_errors_doc, reason = "there is none")]
    fn __resilience_fault(self, fault: &TypedFault<'_>) -> Result<Self::Value, Infallible> {
        faults::unknown(fault)
    }

    /// The rejection that is to be answered for, or the value that stands.
    fn __resilience_catch_all<N>(
        self,
        result: Result<Self::Value, Rejection>,
        _inspector: N,
    ) -> ControlFlow<Self::Value, Rejection> {
        match result {
            Ok(value) => Break(value),
            Err(rejection) => Continue(rejection),
        }
    }

    /// The same under a fallback that always answers.
    fn __resilience_catch_outcome<N>(
        self,
        outcome: Result<Result<Self::Value, Infallible>, Rejection>,
        inspector: N,
    ) -> ControlFlow<Self::Value, Rejection> {
        let result = outcome.map(|Ok(value)| value);
        self.__resilience_catch_all(result, inspector)
    }

    /// What is said of a filter.
    fn __resilience_catch(
        self,
        result: Result<Self::Value, Rejection>,
        _when_err: impl FnOnce(&Rejection) -> bool,
    ) -> ControlFlow<Self::Value, Rejection>
    where
        Self::Value: Filtered,
    {
        self.__resilience_catch_all(result, ())
    }

    /// The one answer.
    fn __resilience_last(
        self,
        answer: Self::Value,
        _first: Rejection,
        _failed: impl FnOnce(&Infallible),
    ) -> Self::Value {
        answer
    }
}

/// A return type that can report what a filter lets through.
#[diagnostic::on_unimplemented(
    message = "a fallback for a plain `{Self}` has to answer for every rejection",
    label = "the function could not report what this lets through",
    note = "remove `when_err`, or return `Result<{Self}, E>` with `E: From<Rejection>`"
)]
pub trait Filtered {}

impl<T, E> Filtered for Result<T, E> {}

impl<T> PlainReturn for ReturnType<T> {
    type Value = T;
}

pin_project! {
    /// A body that can't fail.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Sure<F> {
        #[pin]
        inner: F,
    }
}

impl<F: Future> Future for Sure<F> {
    type Output = Result<Result<F::Output, Infallible>, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let output = self.project().inner.poll(cx);
        if output.is_pending() {
            ambient::note_begun();
        }
        output.map(|value| Ok(Ok(value)))
    }
}
