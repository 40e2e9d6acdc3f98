//! When the next expression is due.
//!
//! A function with an outermost fallback may return a plain `T`: then only refusals need an answer. Generated code
//! can't see which kind it has before it (`Result` hides behind aliases), so it asks [`ReturnType`]: its own methods
//! serve a `Result`, those of the trait [`PlainReturn`] everything else.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::rejection::Rejection;
use crate::stack::{Body, Refused, body, body_blocking, finish_unrefused};

/// The return type of an annotated function.
#[derive(Clone, Copy)]
pub struct ReturnType<R>(PhantomData<fn() -> R>);

impl<R> ReturnType<R> {
    /// A witness of the type.
    #[allow(clippy::new_without_default, reason = "generated code calls it, nobody else")]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T, E> ReturnType<Result<T, E>> {
    /// The body at the core of the stack.
    pub fn body<F: Future<Output = Result<T, E>>>(self, inner: F) -> Body<F> {
        body(inner)
    }

    /// The same for a plain function.
    #[allow(clippy::missing_errors_doc, reason = "no policy has refused here")]
    pub fn body_blocking(
        self,
        inner: impl FnOnce() -> Result<T, E>,
    ) -> Result<Result<T, E>, Rejection> {
        body_blocking(inner)
    }

    /// What the caller would get without the fallback.
    #[allow(clippy::missing_errors_doc, reason = "the call's own result")]
    pub fn result(self, outcome: Result<Result<T, E>, Rejection>) -> Result<T, E>
    where
        E: Refused,
    {
        crate::stack::finish(outcome)
    }

    /// The same where no policy refuses.
    #[allow(clippy::missing_errors_doc, reason = "the call's own result")]
    pub fn unrefused(self, outcome: Result<Result<T, E>, Rejection>) -> Result<T, E> {
        finish_unrefused(outcome)
    }

    /// The error that is to be hidden, or the success.
    pub fn catch_all(self, result: Result<T, E>) -> ControlFlow<Result<T, E>, E> {
        match result {
            Err(error) => Continue(error),
            success => Break(success),
        }
    }

    /// The same, but for errors that `when_err` says no to: their result stands.
    pub fn catch(
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

/// The same for a function that returns no `Result`.
pub trait PlainReturn: Sized {
    /// What the function returns.
    type Value;

    /// The body at the core of the stack: it can't fail.
    fn body<F: Future<Output = Self::Value>>(self, inner: F) -> Sure<F> {
        Sure { inner }
    }

    /// The same for a plain function.
    #[allow(clippy::missing_errors_doc, reason = "no policy has refused here")]
    fn body_blocking(
        self,
        inner: impl FnOnce() -> Self::Value,
    ) -> Result<Result<Self::Value, Infallible>, Rejection> {
        Ok(Ok(inner()))
    }

    /// The value, or the refusal that needs an answer.
    #[allow(clippy::missing_errors_doc, reason = "the refusal")]
    fn result(
        self,
        outcome: Result<Result<Self::Value, Infallible>, Rejection>,
    ) -> Result<Self::Value, Rejection> {
        outcome.map(|Ok(value)| value)
    }

    /// The same where no policy refuses.
    #[allow(clippy::missing_errors_doc, reason = "there is none")]
    fn unrefused(
        self,
        outcome: Result<Result<Self::Value, Infallible>, Rejection>,
    ) -> Result<Self::Value, Rejection> {
        self.result(outcome)
    }

    /// The refusal that is to be answered for, or the value that stands.
    fn catch_all(
        self,
        result: Result<Self::Value, Rejection>,
    ) -> ControlFlow<Self::Value, Rejection> {
        match result {
            Ok(value) => Break(value),
            Err(rejection) => Continue(rejection),
        }
    }

    /// What is said of a filter.
    fn catch(
        self,
        result: Result<Self::Value, Rejection>,
        _when_err: impl FnOnce(&Rejection) -> bool,
    ) -> ControlFlow<Self::Value, Rejection>
    where
        Self::Value: Filtered,
    {
        self.catch_all(result)
    }
}

/// A return type that can report what a filter lets through.
#[diagnostic::on_unimplemented(
    message = "a fallback for a plain `{Self}` has to answer for every refusal",
    label = "the function could not report what this lets through",
    note = "remove `when_err`, or return `Result<{Self}, E>` with `E: From<resilience::Rejection>`"
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
        self.project().inner.poll(cx).map(|value| Ok(Ok(value)))
    }
}
