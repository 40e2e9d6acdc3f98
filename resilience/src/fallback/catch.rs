//! When the next expression is due.
//!
//! A function with an outermost fallback may return a plain `T`: then only rejections need an answer. Generated code
//! can't see which kind it has before it (`Result` hides behind aliases), so it asks [`ReturnType`]: its own methods
//! serve a `Result`, those of the trait [`PlainReturn`](super::PlainReturn) everything else. No method that a user's trait gives to every type
//! is called like one of theirs.

use std::marker::PhantomData;
use std::ops::ControlFlow::{self, Break, Continue};

use crate::class::Class;
use crate::error::Error;
use crate::rejection::Rejection;
#[cfg(feature = "test-util")]
use crate::stack::faults::{self, TypedFault};
use crate::stack::inspect::Inspector;
use crate::stack::ladder::Of;
use crate::stack::verdict::Fallible;
use crate::stack::{Body, FromRejection, body, body_blocking, finish, finish_unrefused};

/// The return type of an annotated function.
#[derive(Clone, Copy)]
pub struct ReturnType<R>(PhantomData<fn() -> R>);

impl<R> ReturnType<R> {
    /// A witness of the type.
    #[allow(clippy::new_without_default, reason = "only generated code calls it")]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T, E> ReturnType<Result<T, E>> {
    /// What its outcomes are made of.
    #[must_use]
    pub const fn __resilience_of(self) -> Of<Result<T, E>> {
        Of::new()
    }

    /// The body at the core of the stack.
    pub fn __resilience_body<F: Future<Output = Result<T, E>>>(self, inner: F) -> Body<F> {
        body(inner)
    }

    /// The same for a synchronous function.
    #[allow(clippy::missing_errors_doc, reason = "no policy has rejected here")]
    pub fn __resilience_body_blocking(
        self,
        inner: impl FnOnce() -> Result<T, E>,
    ) -> Result<Result<T, E>, Rejection> {
        body_blocking(inner)
    }

    /// What the caller would get without the fallback.
    #[allow(clippy::missing_errors_doc, reason = "the call's own result")]
    pub fn __resilience_result<Via>(self, outcome: Result<Result<T, E>, Rejection>) -> Result<T, E>
    where
        E: FromRejection<Via>,
    {
        finish(outcome)
    }

    /// The same where no policy rejects.
    #[allow(clippy::missing_errors_doc, reason = "the call's own result")]
    pub fn __resilience_unrefused(self, outcome: Result<Result<T, E>, Rejection>) -> Result<T, E> {
        finish_unrefused(outcome)
    }

    /// The same where only a fault of a test rejects.
    #[cfg(feature = "test-util")]
    #[allow(clippy::missing_errors_doc, reason = "the call's own result")]
    pub fn __resilience_or_reject(
        self,
        outcome: Result<Result<T, E>, Rejection>,
        reject: impl FnOnce(Rejection) -> Result<T, E>,
    ) -> Result<T, E> {
        outcome.unwrap_or_else(reject)
    }

    /// The result of an error that a test gave.
    #[cfg(feature = "test-util")]
    #[allow(clippy::missing_errors_doc, reason = "the test's own")]
    pub fn __resilience_fault(self, fault: &TypedFault<'_>) -> Result<T, E>
    where
        E: 'static,
    {
        faults::error(fault)
    }

    /// The error that needs an answer, or the result that stands: a success, or an error that is an answer itself.
    pub fn __resilience_catch_all(
        self,
        result: Result<T, E>,
        inspector: impl Inspector<Result<T, E>>,
    ) -> ControlFlow<Result<T, E>, E> {
        self.__resilience_catch(result, |error| needs_answer::<Result<T, E>>(error, inspector))
    }

    /// The same under a fallback that always answers: a rejection need not become the function's error.
    pub fn __resilience_catch_outcome(
        self,
        outcome: Result<Result<T, E>, Rejection>,
        inspector: impl Inspector<Result<T, E>>,
    ) -> ControlFlow<Result<T, E>, Error<E>> {
        match outcome {
            Ok(result) => match self.__resilience_catch_all(result, inspector) {
                Break(result) => Break(result),
                Continue(error) => Continue(Error::Inner(error)),
            },
            Err(rejection) => Continue(Error::Rejected(rejection)),
        }
    }

    /// The error of an answer, after which the next expression is due, or the answer.
    pub fn __resilience_next(self, answer: Result<T, E>) -> ControlFlow<Result<T, E>, E> {
        match answer {
            Err(error) => Continue(error),
            answer => Break(answer),
        }
    }

    /// The last answer, or the first error if it is none.
    #[allow(clippy::missing_errors_doc, reason = "the call's own error")]
    pub fn __resilience_last(
        self,
        answer: Result<T, E>,
        first: E,
        failed: impl FnOnce(&E),
    ) -> Result<T, E> {
        answer.map_err(|error| {
            failed(&error);
            first
        })
    }

    /// The same, but for errors that `when_err` says no to: their result stands.
    pub fn __resilience_catch(
        self,
        result: Result<T, E>,
        when_err: impl FnOnce(&E) -> bool,
    ) -> ControlFlow<Result<T, E>, E> {
        match result {
            Err(error) if when_err(&error) => Continue(error),
            result => Break(result),
        }
    }
}

/// Rejections, also those of other functions, and failures need an answer; an expected error is one.
fn needs_answer<R: Fallible>(error: &R::Error, inspector: impl Inspector<R>) -> bool {
    inspector.rejection(error).is_some() || inspector.error_class(error) != Class::Expected
}
