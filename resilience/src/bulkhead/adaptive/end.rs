//! What the end of a call says about load.

use crate::ambient::is_cut_off;
use crate::class::Class;
use crate::rejection::Rejection;
use crate::stack::inspect::Inspector;
use crate::stack::verdict::{Fallible, timed_out};

/// How a call ended, as far as the limit is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It succeeded: what it took is a sample.
    Success,
    /// There was too much load: it timed out, or the dependency said so.
    Overload,
    /// It says nothing: it was cancelled, or failed fast.
    Nothing,
}

impl End {
    /// Of a call that is dropped before it has ended.
    pub(in crate::bulkhead) fn of_drop() -> Self {
        if is_cut_off() { Self::Overload } else { Self::Nothing }
    }

    fn of_rejection(rejection: &Rejection) -> Self {
        if timed_out(rejection) { Self::Overload } else { Self::Nothing }
    }
}

/// Tells ends of calls apart.
pub trait Judge<R> {
    /// How a call ended that came to this outcome.
    fn end(&self, outcome: &Result<R, Rejection>) -> End;
}

/// Sees rejections alone: what was returned is a success, whatever it is.
#[derive(Clone, Copy, Debug)]
pub struct Unjudged;

impl<R> Judge<R> for Unjudged {
    #[inline]
    fn end(&self, outcome: &Result<R, Rejection>) -> End {
        outcome.as_ref().map_or_else(End::of_rejection, |_| End::Success)
    }
}

/// Sees results: by default no error means too much load, unless it holds a rejection that says so.
#[derive(Clone, Copy, Debug)]
pub struct Judged<N> {
    pub(in crate::bulkhead) inspector: N,
}

impl<R: Fallible, N: Inspector<R>> Judge<R> for Judged<N> {
    #[inline]
    fn end(&self, outcome: &Result<R, Rejection>) -> End {
        end_of(outcome, self.inspector, |_| false)
    }
}

/// Sees results: `overload_err` says which errors mean too much load.
#[derive(Clone, Copy, Debug)]
pub struct JudgedBy<N, P> {
    pub(in crate::bulkhead) inspector: N,
    pub(in crate::bulkhead) overload_err: P,
}

impl<R, N, P> Judge<R> for JudgedBy<N, P>
where
    R: Fallible,
    N: Inspector<R>,
    P: Fn(&R::Error) -> bool,
{
    #[inline]
    fn end(&self, outcome: &Result<R, Rejection>) -> End {
        end_of(outcome, self.inspector, &self.overload_err)
    }
}

#[inline]
fn end_of<R: Fallible, N: Inspector<R>>(
    outcome: &Result<R, Rejection>,
    inspector: N,
    overload_err: impl FnOnce(&R::Error) -> bool,
) -> End {
    match outcome.as_ref().map(R::as_result) {
        Ok(Ok(value)) => match inspector.value_class(value) {
            None | Some(Class::Expected) => End::Success,
            Some(Class::Transient | Class::Permanent) => End::Nothing,
        },
        Ok(Err(error)) if overload_err(error) => End::Overload,
        Ok(Err(error)) => inspector.rejection(error).map_or(End::Nothing, End::of_rejection),
        Err(rejection) => End::of_rejection(rejection),
    }
}
