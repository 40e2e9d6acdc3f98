//! A guarded call: ask for admission, watch the body, judge its outcome.

use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{CircuitBreaker, Permit};
use crate::rejection::Rejection;
use crate::stack::PolicyRef;
use crate::stack::verdict::Verdict;

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

/// Guards `inner`; `judge` says what its outcome means.
#[inline]
pub fn guard<'b, R, A, F, J>(breaker: A, inner: F, judge: J) -> Guarded<'b, A, F, J>
where
    A: PolicyRef<'b, CircuitBreaker>,
    F: Future<Output = Result<R, Rejection>>,
    J: Fn(&Result<R, Rejection>) -> Verdict,
{
    Guarded { inner, permit: None, breaker, judge }
}

impl<'b, R, A, F, J> Future for Guarded<'b, A, F, J>
where
    A: PolicyRef<'b, CircuitBreaker>,
    F: Future<Output = Result<R, Rejection>>,
    J: Fn(&Result<R, Rejection>) -> Verdict,
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
            Poll::Ready(outcome) => permit.settle((this.judge)(outcome)),
            Poll::Pending => *this.permit = Some(permit),
        }
        outcome
    }
}

/// The same for a plain function.
#[allow(clippy::missing_errors_doc, reason = "the outcome of the call, or the breaker's refusal")]
#[inline]
pub fn guard_blocking<R>(
    breaker: &CircuitBreaker,
    inner: impl FnOnce() -> Result<R, Rejection>,
    judge: impl Fn(&Result<R, Rejection>) -> Verdict,
) -> Result<R, Rejection> {
    let permit = breaker.try_acquire()?;
    let (outcome, permit) = watched(permit, inner);
    permit.settle(judge(&outcome));
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
