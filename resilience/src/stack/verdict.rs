//! How the outcome of a call is judged: one vocabulary of predicates for every policy.
//!
//! Inside a stack of policies an *outcome* is `Result<R, Rejection>`: `R` is what the body returned (a `Result` of
//! the user's), and a rejection by a policy further in travels beside it, so that one isn't mistaken for the other.

use crate::ambient;
use crate::class::Class;
use crate::rejection::Rejection;
use crate::stack::inspect::{ErrorText, Inspector};

/// What one outcome means to the policy that judges it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call did what it should.
    Success,
    /// The call failed: a breaker counts it, a retry tries again.
    Failure,
    /// The call failed, and would fail again: a breaker counts it, a retry does not try again.
    Permanent,
    /// The outcome says nothing about the dependency.
    Ignored,
}

/// What a body returned, seen as success or error. Implemented for every `Result`, alias or not.
#[diagnostic::on_unimplemented(
    message = "a guarded function returns a `Result`, but this one returns `{Self}`",
    label = "not a `Result`",
    note = "a policy reports its rejection as the function's error: return `Result<{Self}, E>` with `E: From<Rejection>`, or add `#[fallback(…)]` with one expression on top"
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

/// An outcome that is being judged: predicates decide one after the other, in the order in which they are asked; what
/// none of them decides is left to the defaults.
#[derive(Clone, Copy)]
pub struct Judging<'o, R, N> {
    outcome: Result<&'o R, &'o Rejection>,
    inspector: N,
    decided: Option<Verdict>,
}

impl<'o, R: Fallible, N: Inspector<R>> Judging<'o, R, N> {
    /// Begins with an outcome.
    #[inline]
    pub fn new(outcome: &'o Result<R, Rejection>, inspector: N) -> Self {
        Self { outcome: outcome.as_ref(), inspector, decided: None }
    }

    /// Begins with a result that no policy further in has rejected.
    #[inline]
    pub fn of_result(result: &'o R, inspector: N) -> Self {
        Self { outcome: Ok(result), inspector, decided: None }
    }

    /// Errors that are neutral. Asked first, it wins over `when_err`.
    #[inline]
    #[must_use]
    pub fn ignore_err(self, ignore_err: impl FnOnce(&R::Error) -> bool) -> Self {
        match self.undecided_result() {
            Some(Err(error)) if ignore_err(error) => self.decide(Verdict::Ignored),
            _ => self,
        }
    }

    /// Which errors are failures.
    #[inline]
    #[must_use]
    pub fn when_err(self, when_err: impl FnOnce(&R::Error) -> bool) -> Self {
        match self.undecided_result() {
            Some(Err(error)) => self.decide(failed_if(when_err(error))),
            _ => self,
        }
    }

    /// Which successes are failures.
    #[inline]
    #[must_use]
    pub fn when_ok(self, when_ok: impl FnOnce(&R::Value) -> bool) -> Self {
        match self.undecided_result() {
            Some(Ok(value)) => self.decide(failed_if(when_ok(value))),
            _ => self,
        }
    }

    /// Which rejections are failures, also those that an undecided error carries.
    #[inline]
    #[must_use]
    pub fn when_rejected(self, when_rejected: impl FnOnce(&Rejection) -> bool) -> Self {
        let rejection = match (self.outcome, self.undecided_result()) {
            (Err(rejection), _) => Some(rejection),
            (_, Some(Err(error))) => self.inspector.rejection(error),
            _ => None,
        };
        match rejection {
            Some(rejection) => self.decide(neutral_unless(when_rejected(rejection))),
            None => self,
        }
    }

    /// The end: what no predicate has decided is what the outcome says about itself.
    #[inline]
    #[must_use]
    pub fn verdict(self) -> Verdict {
        if let Some(verdict) = self.decided {
            return verdict;
        }
        match self.outcome.map(R::as_result) {
            Ok(Ok(value)) => self.inspector.value_class(value).map_or(Verdict::Success, by_class),
            Ok(Err(error)) => match self.inspector.rejection(error) {
                Some(rejection) => by_rejection(rejection),
                None => by_class(self.inspector.error_class(error)),
            },
            Err(rejection) => by_rejection(rejection),
        }
    }

    #[inline]
    fn undecided_result(&self) -> Option<Result<&'o R::Value, &'o R::Error>> {
        match (self.decided, self.outcome) {
            (None, Ok(result)) => Some(result.as_result()),
            _ => None,
        }
    }

    #[inline]
    fn decide(self, verdict: Verdict) -> Self {
        Self { decided: Some(verdict), ..self }
    }
}

/// Judges without predicates. A function, where a path to the method would be good for one lifetime only.
#[inline]
pub fn by_default<R: Fallible, N: Inspector<R>>(judging: Judging<'_, R, N>) -> Verdict {
    judging.verdict()
}

#[inline]
fn failed_if(failed: bool) -> Verdict {
    if failed { Verdict::Failure } else { Verdict::Success }
}

#[inline]
fn neutral_unless(failed: bool) -> Verdict {
    if failed { Verdict::Failure } else { Verdict::Ignored }
}

#[inline]
pub(crate) fn by_class(class: Class) -> Verdict {
    match class {
        Class::Transient => Verdict::Failure,
        Class::Permanent => Verdict::Permanent,
        Class::Expected => Verdict::Success,
    }
}

#[inline]
fn by_rejection(rejection: &Rejection) -> Verdict {
    neutral_unless(timed_out(rejection))
}

/// How one layer judges, and what it reads from an outcome besides.
#[derive(Clone, Copy, Debug)]
pub struct Judge<N, J> {
    pub(crate) inspector: N,
    judge: J,
}

impl<N, J> Judge<N, J> {
    /// Judges by `judge`, with the defaults by `inspector`.
    #[inline]
    pub fn new(inspector: N, judge: J) -> Self {
        Self { inspector, judge }
    }
}

/// Judges outcomes of a layer.
pub trait Judges<R: Fallible> {
    /// What the outcome means to the layer.
    fn verdict(&self, outcome: &Result<R, Rejection>) -> Verdict;

    /// The error that caused it, for the log.
    fn text<'o>(&self, outcome: &'o Result<R, Rejection>) -> ErrorText<'o>;
}

impl<R, N, J> Judges<R> for Judge<N, J>
where
    R: Fallible,
    N: Inspector<R>,
    J: Fn(Judging<'_, R, N>) -> Verdict,
{
    #[inline]
    fn verdict(&self, outcome: &Result<R, Rejection>) -> Verdict {
        (self.judge)(Judging::new(outcome, self.inspector))
    }

    #[cold]
    fn text<'o>(&self, outcome: &'o Result<R, Rejection>) -> ErrorText<'o> {
        text(self.inspector, outcome)
    }
}

/// The error of an outcome, for the log.
pub fn text<R: Fallible, N: Inspector<R>>(
    inspector: N,
    outcome: &Result<R, Rejection>,
) -> ErrorText<'_> {
    match outcome.as_ref().map(R::as_result) {
        Ok(Ok(_)) => ErrorText::Hidden,
        Ok(Err(error)) => inspector.text(error),
        Err(rejection) => ErrorText::Shown(rejection),
    }
}

/// The default `when_rejected`: a full bulkhead, a rate limit or an open circuit of ours says nothing about the
/// dependency. A time limit that ran out does, unless the body never began: then the time was spent in a queue of ours.
#[must_use]
#[inline]
pub fn timed_out(rejection: &Rejection) -> bool {
    match rejection {
        Rejection::TimedOut { .. } => !ambient::never_began(),
        #[cfg(feature = "test-util")]
        Rejection::Injected { .. } => true,
        _ => false,
    }
}
