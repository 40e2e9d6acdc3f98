//! How the outcome of a call is judged: one vocabulary of predicates for every policy.
//!
//! Inside a stack of policies an *outcome* is `Result<R, Rejection>`: `R` is what the body returned (a `Result` of
//! the user's), and a refusal by a policy further in travels beside it, so that nobody mistakes one for the other.

use crate::rejection::Rejection;

/// What one outcome means to the policy that judges it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call did what it should.
    Success,
    /// The call failed: a breaker counts it, a retry tries again.
    Failure,
    /// The outcome says nothing about the dependency.
    Ignored,
}

/// What a body returned, seen as success or error. Implemented for every `Result`, alias or not.
#[diagnostic::on_unimplemented(
    message = "a guarded function returns a `Result`, but this one returns `{Self}`",
    label = "not a `Result`",
    note = "a policy reports its refusal as the function's error: return `Result<{Self}, E>` with `E: From<resilience::Rejection>`, or add `#[fallback(…)]` with one expression on top"
)]
pub trait Fallible {
    /// The value on success.
    type Value;
    /// The error on failure.
    type Error;

    /// Both sides by reference.
    #[allow(clippy::missing_errors_doc, reason = "it reports nothing, it shows")]
    fn as_result(&self) -> Result<&Self::Value, &Self::Error>;

    /// What says that error.
    fn from_error(error: Self::Error) -> Self;
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Error = E;

    fn as_result(&self) -> Result<&T, &E> {
        self.as_ref()
    }

    fn from_error(error: E) -> Self {
        Err(error)
    }
}

/// Judges by predicates. `ignore_err` wins over `when_err`; refusals are the business of `when_rejected` alone.
#[inline]
pub fn judge<R: Fallible>(
    outcome: &Result<R, Rejection>,
    when_err: impl FnOnce(&R::Error) -> bool,
    when_ok: impl FnOnce(&R::Value) -> bool,
    ignore_err: impl FnOnce(&R::Error) -> bool,
    when_rejected: impl FnOnce(&Rejection) -> bool,
) -> Verdict {
    match outcome.as_ref().map(R::as_result) {
        Ok(Ok(value)) => failed_if(when_ok(value)),
        Ok(Err(error)) if ignore_err(error) => Verdict::Ignored,
        Ok(Err(error)) => failed_if(when_err(error)),
        Err(rejection) if when_rejected(rejection) => Verdict::Failure,
        Err(_) => Verdict::Ignored,
    }
}

#[inline]
fn failed_if(failed: bool) -> Verdict {
    if failed { Verdict::Failure } else { Verdict::Success }
}

/// Judges without predicates: every `Err` fails, no `Ok` does, and of the refusals only a time limit that struck.
#[inline]
pub fn by_default<R: Fallible>(outcome: &Result<R, Rejection>) -> Verdict {
    judge(outcome, always, never, never, timed_out)
}

/// Judges by the one predicate that most stacks have.
#[inline]
pub fn when_err<R: Fallible>(
    outcome: &Result<R, Rejection>,
    when_err: impl FnOnce(&R::Error) -> bool,
) -> Verdict {
    judge(outcome, when_err, never, never, timed_out)
}

/// The default `when_err`.
#[inline]
#[must_use]
pub fn always<T: ?Sized>(_: &T) -> bool {
    true
}

/// The default `when_ok` and `ignore_err`.
#[inline]
#[must_use]
pub fn never<T: ?Sized>(_: &T) -> bool {
    false
}

/// The default `when_rejected`: a full bulkhead, a rate limit or an open circuit of ours says nothing about the
/// dependency, a time limit that struck does.
#[must_use]
#[inline]
pub fn timed_out(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::TimedOut { .. })
}
