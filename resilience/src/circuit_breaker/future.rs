//! A guarded call: ask for admission, watch the body, judge its outcome.

use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{CircuitBreaker, Permit};
use crate::rejection::Rejection;
use crate::stack::PolicyRef;
use crate::stack::inspect::Inspector;
use crate::stack::verdict::{Fallible, Judge, Judges, Judging, Verdict};

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
    Guarded { inner, permit: None, breaker, judge: Judge::new(inspector, judge) }
}

impl<'b, R, A, F, J> Future for Guarded<'b, A, F, J>
where
    R: Fallible,
    A: PolicyRef<'b, CircuitBreaker>,
    F: Future<Output = Result<R, Rejection>>,
    J: Judges<R>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // In hand while the body runs, so that a call that is ready at once never stores it.
        let permit = match this.permit {
            Some(_) => this.permit.take().expect("it is there"),
            None => match (*this.breaker).policy().try_acquire() {
                Ok(permit) => permit,
                Err(rejection) => return Poll::Ready(Err(rejection)),
            },
        };
        let (outcome, permit) = watched(permit, || this.inner.poll(cx));
        match &outcome {
            Poll::Ready(outcome) => permit.settle(this.judge.verdict(outcome)),
            Poll::Pending => *this.permit = Some(permit),
        }
        outcome
    }
}

/// The same for a plain function.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the breaker's refusal")]
#[inline]
pub fn guard_blocking<R: Fallible, N: Inspector<R>>(
    breaker: &CircuitBreaker,
    inner: impl FnOnce() -> Result<R, Rejection>,
    inspector: N,
    judge: impl Fn(Judging<'_, R, N>) -> Verdict,
) -> Result<R, Rejection> {
    let permit = breaker.try_acquire()?;
    let (outcome, permit) = watched(permit, inner);
    permit.settle(judge(Judging::new(&outcome, inspector)));
    outcome
}

/// Runs `f`, and blames the call if `f` itself panics. A panic of somebody else that drops the call doesn't pass here.
#[inline]
fn watched<O>(permit: Permit<'_>, f: impl FnOnce() -> O) -> (O, Permit<'_>) {
    struct Blame<'p, 'b>(&'p Permit<'b>);
    impl Drop for Blame<'_, '_> {
        #[inline]
        fn drop(&mut self) {
            self.0.blame();
        }
    }
    let permit = ManuallyDrop::new(permit);
    let blame = Blame(&permit);
    let output = f();
    mem::forget(blame);
    (output, ManuallyDrop::into_inner(permit))
}
