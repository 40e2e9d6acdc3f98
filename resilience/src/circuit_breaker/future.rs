//! A guarded call: ask for admission, watch the body, judge its outcome.

use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::permit::Permit;
use super::policy::CircuitBreaker;
use crate::ambient;
use crate::rejection::Rejection;
use crate::stack::inspect::{ErrorText, Inspector};
use crate::stack::verdict::{Fallible, Judge, Judges, Judging, Verdict};
use crate::stack::{DefaultJudge, PolicyRef};

pin_project! {
    /// The future of a call that a breaker guards. Dropped before it finished, the call is cancelled.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Guarded<'b, A, F, J> {
        // Dropped before the permit: what ends inside is settled before the permit is.
        #[pin]
        inner: F,
        permit: Option<Permit<'b>>,
        breaker: A,
        judge: J,
    }
}

/// Guards `inner`; `judge` says what its outcome means, with the defaults by `inspector`.
#[inline]
pub fn guard<'b, R, A, F, N, J>(
    breaker: A,
    inner: F,
    inspector: N,
    judge: J,
) -> Guarded<'b, A, F, Judge<N, J>>
where
    R: Fallible,
    A: PolicyRef<'b, CircuitBreaker>,
    F: Future<Output = Result<R, Rejection>>,
    N: Inspector<R>,
    J: Fn(Judging<'_, R, N>) -> Verdict,
{
    guard_by(breaker, inner, Judge::new(inspector, judge))
}

/// [`guard`] by the defaults alone.
#[inline]
pub fn guard_by_default<'b, A, F, N>(
    breaker: A,
    inner: F,
    inspector: N,
) -> Guarded<'b, A, F, DefaultJudge<N>> {
    guard_by(breaker, inner, DefaultJudge(inspector))
}

/// Guards `inner`; `judge` ends the call.
#[inline]
pub(crate) fn guard_by<'b, A, F, J>(breaker: A, inner: F, judge: J) -> Guarded<'b, A, F, J> {
    Guarded { inner, permit: None, breaker, judge }
}

impl<'b, R, A, F, J> Future for Guarded<'b, A, F, J>
where
    R: Fallible,
    A: PolicyRef<'b, CircuitBreaker>,
    F: Future<Output = Result<R, Rejection>>,
    J: Settles<'b, R>,
{
    type Output = F::Output;

    // What comes before and after the body's poll must be inlined in optimised builds, where a permit stays in registers,
    // and must not in others: its temporaries would lie in this frame, beside the body on the stack.
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // In hand while the body runs, so that a call that is ready at once never stores it.
        match admitted(this.permit, *this.breaker) {
            Ok(permit) => match watched(&permit, || this.inner.poll(cx)) {
                Poll::Pending => {
                    keep(this.permit, permit);
                    Poll::Pending
                }
                Poll::Ready(outcome) => {
                    Poll::Ready(this.judge.settle(ManuallyDrop::into_inner(permit), outcome))
                }
            },
            Err(rejection) => Poll::Ready(Err(rejection)),
        }
    }
}

/// The permit of the poll that begins: the call's own, or a new one. A panic in the poll is not a cancelled call.
#[cfg_attr(not(debug_assertions), inline(always))]
#[allow(clippy::inline_always, reason = "measured: as a call it would leave the permit in memory")]
fn admitted<'b>(
    kept: &mut Option<Permit<'b>>,
    breaker: impl PolicyRef<'b, CircuitBreaker>,
) -> Result<ManuallyDrop<Permit<'b>>, Rejection> {
    let permit = match kept.take() {
        Some(permit) => permit.resume(),
        None => breaker.policy().acquire_here()?,
    };
    Ok(ManuallyDrop::new(permit))
}

/// Puts a permit by until the next poll.
#[inline]
fn keep<'b>(kept: &mut Option<Permit<'b>>, permit: ManuallyDrop<Permit<'b>>) {
    *kept = Some(ManuallyDrop::into_inner(permit).pause());
}

/// What ends a call.
pub trait Settles<'b, R> {
    /// Settles the call by its outcome, and gives the outcome back.
    #[allow(clippy::missing_errors_doc, reason = "it is the outcome of the call")]
    fn settle(&self, permit: Permit<'b>, outcome: Result<R, Rejection>) -> Result<R, Rejection>;
}

impl<'b, R: Fallible, J: Judges<R>> Settles<'b, R> for J {
    #[cfg_attr(not(debug_assertions), inline(always))]
    #[allow(
        clippy::inline_always,
        reason = "measured: as a call it would find the permit in memory"
    )]
    fn settle(&self, permit: Permit<'b>, outcome: Result<R, Rejection>) -> Result<R, Rejection> {
        settled(permit, outcome, self)
    }
}

#[cfg_attr(not(debug_assertions), inline(always))]
#[allow(clippy::inline_always, reason = "measured: as a call it would find the permit in memory")]
fn settled<R: Fallible>(
    permit: Permit<'_>,
    outcome: Result<R, Rejection>,
    judge: &impl Judges<R>,
) -> Result<R, Rejection> {
    // Moved where something points to it: otherwise it would lie in memory also when it is a success.
    if outcome.is_err() && permit.has_waited() {
        let outcome = outcome;
        settle_rejection(permit, || judge.verdict(&outcome), || judge.text(&outcome));
        return outcome;
    }
    match judge.verdict(&outcome) {
        Verdict::Failure | Verdict::Permanent => {
            // The error is put where the log could find it only if the failure may change something.
            if let Some(permit) = permit.fail_quietly() {
                let outcome = outcome;
                permit.fail(judge.text(&outcome));
                return outcome;
            }
            outcome
        }
        verdict => {
            permit.settle(verdict);
            outcome
        }
    }
}

/// A call that has waited in a queue of ours is rejected. If a time limit ran out there, the body never began, and by
/// default the rejection says nothing.
#[cold]
#[inline(never)]
fn settle_rejection<'e>(
    permit: Permit<'_>,
    judge: impl FnOnce() -> Verdict,
    error: impl FnOnce() -> ErrorText<'e>,
) {
    let (permit, verdict) = if ambient::is_queued() {
        (permit.unbegun(), ambient::as_never_begun(judge))
    } else {
        (permit, judge())
    };
    match verdict {
        Verdict::Failure | Verdict::Permanent => permit.fail(error()),
        verdict => permit.settle(verdict),
    }
}

pin_project! {
    /// A future whose layers are not known: unless a queue of ours in it says that its call waits there, it has begun.
    pub(crate) struct Unknown<F> {
        #[pin]
        inner: F,
    }
}

pub(crate) fn unknown<F>(inner: F) -> Unknown<F> {
    Unknown { inner }
}

impl<F: Future> Future for Unknown<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        ambient::note_begun();
        self.project().inner.poll(cx)
    }
}

/// The same for a synchronous function.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the breaker's rejection")]
#[inline]
pub fn guard_blocking<R: Fallible, N: Inspector<R>>(
    breaker: &CircuitBreaker,
    inner: impl FnOnce() -> Result<R, Rejection>,
    inspector: N,
    judge: impl Fn(Judging<'_, R, N>) -> Verdict,
) -> Result<R, Rejection> {
    let permit = ManuallyDrop::new(breaker.acquire_here()?);
    let outcome = watched(&permit, inner);
    settled(ManuallyDrop::into_inner(permit), outcome, &Judge::new(inspector, judge))
}

/// Runs `f`, and blames the call if `f` itself panics. A panic elsewhere that drops the call doesn't pass here.
#[inline]
fn watched<O>(permit: &Permit<'_>, f: impl FnOnce() -> O) -> O {
    struct Blame<'p, 'b>(&'p Permit<'b>);
    impl Drop for Blame<'_, '_> {
        #[inline]
        fn drop(&mut self) {
            self.0.blame();
        }
    }
    let blame = Blame(permit);
    let output = f();
    mem::forget(blame);
    output
}
