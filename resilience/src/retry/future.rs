//! An attempt and a pause as futures; and by hand, the loop that joins them.

use std::ops::ControlFlow;
use std::ops::ControlFlow::{Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::Retry;
use super::attempts::{Attempts, begin};
use crate::{ambient, clock};

pin_project! {
    /// An attempt that runs.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Trying<'a, 'r, F> {
        attempts: &'a mut Attempts<'r>,
        #[pin]
        inner: F,
    }
}

/// Runs `inner` as the current attempt: that is what [`attempt()`](crate::attempt) in it says.
#[inline]
pub fn attempt<'a, 'r, F: Future>(attempts: &'a mut Attempts<'r>, inner: F) -> Trying<'a, 'r, F> {
    Trying { attempts, inner }
}

impl<F: Future> Future for Trying<'_, '_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.attempts.scope(|| this.inner.poll(cx))
    }
}

pin_project! {
    /// The delay before the next attempt. It begins when it is first polled; without length it is over at once, and
    /// no timer knows of it.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    #[project = PauseNow]
    pub enum Pause<'r> {
        /// Not begun.
        Due { retry: &'r Retry, delay: Duration },
        /// Running, or over.
        Asleep {
            #[pin]
            sleep: Sleep,
        },
    }
}

impl<'r> Pause<'r> {
    pub(super) fn new(retry: &'r Retry, delay: Duration) -> Self {
        Self::Due { retry, delay }
    }
}

impl Future for Pause<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let PauseNow::Due { delay, .. } = self.as_mut().project() {
            if delay.is_zero() {
                return Poll::Ready(());
            }
            let sleep = tokio::time::sleep(*delay);
            self.set(Pause::Asleep { sleep });
        }
        if let PauseNow::Asleep { sleep } = self.project() {
            ready!(sleep.poll(cx));
        }
        if overslept() { Poll::Pending } else { Poll::Ready(()) }
    }
}

/// Whether a busy thread woke us so late that the deadline has passed. No attempt may begin any more, and the outcome
/// of the last one is gone; but the timeout of ours that set the deadline is about to cut this call off: it polls its
/// own timer right after us.
fn overslept() -> bool {
    ambient::deadline_nanos().is_some_and(|end| clock::now() >= end)
}

pin_project! {
    /// The loop by hand: attempts and pauses in turn.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub(super) struct Retrying<'r, Op, F, S> {
        attempts: Attempts<'r>,
        operation: Op,
        settle: S,
        #[pin]
        step: Step<'r, F>,
    }
}

pin_project! {
    #[project = StepNow]
    enum Step<'r, F> {
        Unstarted,
        Trying {
            #[pin]
            inner: F,
        },
        Pausing {
            #[pin]
            pause: Pause<'r>,
        },
        Over,
    }
}

impl<'r, Op, F, S> Retrying<'r, Op, F, S>
where
    Op: FnMut() -> F,
    F: Future,
    S: FnMut(&mut Attempts<'r>, F::Output) -> ControlFlow<F::Output, Pause<'r>>,
{
    pub(super) fn new(retry: &'r Retry, operation: Op, settle: S) -> Self {
        Self { attempts: Attempts::idle(retry), operation, settle, step: Step::Unstarted }
    }
}

impl<'r, Op, F, S> Future for Retrying<'r, Op, F, S>
where
    Op: FnMut() -> F,
    F: Future,
    S: FnMut(&mut Attempts<'r>, F::Output) -> ControlFlow<F::Output, Pause<'r>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        loop {
            match this.step.as_mut().project() {
                StepNow::Unstarted => *this.attempts = begin(this.attempts.retry),
                StepNow::Pausing { pause } => ready!(pause.poll(cx)),
                StepNow::Trying { inner } => {
                    let outcome = ready!(this.attempts.scope(|| inner.poll(cx)));
                    this.step.set(Step::Over);
                    match (this.settle)(this.attempts, outcome) {
                        Break(outcome) => return Poll::Ready(outcome),
                        Continue(pause) => this.step.set(Step::Pausing { pause }),
                    }
                    continue;
                }
                StepNow::Over => panic!("polled after it was over"),
            }
            let inner = this.attempts.scope(&mut *this.operation);
            this.step.set(Step::Trying { inner });
        }
    }
}
