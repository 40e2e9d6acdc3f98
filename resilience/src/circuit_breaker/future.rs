//! A guarded call: ask for admission, watch the body, judge its outcome.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::{CircuitBreaker, Permit};
use crate::Rejection;
use crate::verdict::Verdict;

pin_project! {
    /// The future of a call that a breaker guards. Dropped before it finished, the call is cancelled.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Guarded<'b, F, J> {
        // Dropped before the permit: what ends inside is settled before the permit is.
        #[pin]
        inner: F,
        permit: Option<Permit<'b>>,
        breaker: &'b CircuitBreaker,
        judge: J,
    }
}

/// Guards `inner`; `judge` says what its outcome means.
pub fn guard<R, F, J>(breaker: &CircuitBreaker, inner: F, judge: J) -> Guarded<'_, F, J>
where
    F: Future<Output = Result<R, Rejection>>,
    J: Fn(&Result<R, Rejection>) -> Verdict,
{
    Guarded { inner, permit: None, breaker, judge }
}

impl<R, F, J> Future for Guarded<'_, F, J>
where
    F: Future<Output = Result<R, Rejection>>,
    J: Fn(&Result<R, Rejection>) -> Verdict,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if this.permit.is_none() {
            match this.breaker.try_acquire() {
                Ok(permit) => *this.permit = Some(permit),
                Err(rejection) => return Poll::Ready(Err(rejection)),
            }
        }
        let outcome = ready!(watched(this.permit, || this.inner.poll(cx)));
        let verdict = (this.judge)(&outcome);
        if let Some(permit) = this.permit.take() {
            permit.settle(verdict);
        }
        Poll::Ready(outcome)
    }
}

/// The same for a plain function.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the breaker's refusal")]
pub fn guard_blocking<R>(
    breaker: &CircuitBreaker,
    inner: impl FnOnce() -> Result<R, Rejection>,
    judge: impl Fn(&Result<R, Rejection>) -> Verdict,
) -> Result<R, Rejection> {
    let mut permit = Some(breaker.try_acquire()?);
    let outcome = watched(&mut permit, inner);
    let verdict = judge(&outcome);
    if let Some(permit) = permit {
        permit.settle(verdict);
    }
    outcome
}

/// Runs `f`, and blames the call if `f` itself panics. A panic of somebody else that drops the call doesn't pass here.
fn watched<O>(permit: &mut Option<Permit<'_>>, f: impl FnOnce() -> O) -> O {
    struct Blame<'p, 'b>(&'p mut Option<Permit<'b>>);
    impl Drop for Blame<'_, '_> {
        fn drop(&mut self) {
            if let Some(permit) = self.0.take() {
                permit.failure();
            }
        }
    }
    let blame = Blame(permit);
    let output = f();
    mem::forget(blame);
    output
}
