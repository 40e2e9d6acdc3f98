//! An attempt and a pause as futures; and by hand, the loop that joins them.

use std::mem::ManuallyDrop;
use std::ops::ControlFlow;
use std::ops::ControlFlow::{Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::Retry;
use super::attempts::{Attempts, Tried, begin};
use crate::{ambient, timer};

pin_project! {
    /// An attempt that runs.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Trying<F> {
        attempts: Attempts,
        #[pin]
        inner: F,
    }
}

/// Runs `inner` as the current attempt: that is what [`attempt()`](crate::attempt) in it says.
#[inline]
pub fn attempt<F>(attempts: Attempts, inner: F) -> Trying<F> {
    Trying { attempts, inner }
}

impl<F: Future> Future for Trying<F> {
    type Output = Tried<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let outcome = this.attempts.scope(|| this.inner.poll(cx));
        if outcome.is_pending() {
            this.attempts.note_progress();
        }
        outcome.map(|outcome| Tried { attempts: *this.attempts, outcome })
    }
}

/// The delay before the next attempt. It begins when it is first polled; without length it is over at once, and no
/// timer knows of it.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Pause {
    pub(super) attempts: Attempts,
    pub(super) delay: Duration,
    timer: Timer,
}

/// On the heap: the runtime points into a timer, and a stack that it could point into stays in memory, also for the
/// calls that never pause.
#[derive(Default)]
struct Timer(Option<ManuallyDrop<Pin<Box<Sleep>>>>);

impl Drop for Timer {
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "nearly always one comparison, which must not become a call"
    )]
    fn drop(&mut self) {
        if let Some(sleep) = self.0.take() {
            stop(sleep);
        }
    }
}

#[cold]
#[inline(never)]
fn stop(sleep: ManuallyDrop<Pin<Box<Sleep>>>) {
    drop(ManuallyDrop::into_inner(sleep));
}

impl Pause {
    pub(super) fn new(attempts: Attempts, delay: Duration) -> Self {
        Self { attempts, delay, timer: Timer::default() }
    }
}

impl Future for Pause {
    type Output = Attempts;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Attempts> {
        let Self { attempts, delay, .. } = *self;
        match sleep_on(delay, self.timer.0.take().map(ManuallyDrop::into_inner), cx) {
            Some(sleep) => {
                ambient::note_begun();
                self.timer.0 = Some(ManuallyDrop::new(sleep));
            }
            None => return Poll::Ready(attempts),
        }
        Poll::Pending
    }
}

/// What is left to sleep.
#[cold]
#[inline(never)]
fn sleep_on(
    delay: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    cx: &mut Context<'_>,
) -> Option<Pin<Box<Sleep>>> {
    if delay.is_zero() {
        return None;
    }
    let mut sleep = sleep.unwrap_or_else(|| Box::pin(timer::sleep(delay)));
    loop {
        if sleep.as_mut().poll(cx).is_pending() {
            return Some(sleep);
        }
        if !is_too_late() {
            return None;
        }
        sleep.set(timer::sleep(AGAIN));
    }
}

/// How long a pause that has ended too late goes on, before it looks again.
const AGAIN: Duration = Duration::from_millis(1);

/// Whether a busy thread woke us so late that the deadline has passed. No attempt may begin any more, and the outcome
/// of the last one is gone; but the timeout of ours that has set the deadline, in this very poll, is about to end what
/// is inside. That may be more than this call or less: one that is kept elsewhere, and only polled from there, goes on
/// when it is polled again. So a timer stays set. A deadline that nothing enforces ends nothing, and holds no one up.
fn is_too_late() -> bool {
    ambient::deadline_has_passed() && ambient::Deadline::current().is_enforced()
}

pin_project! {
    /// The loop by hand: attempts and pauses in turn.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub(super) struct Retrying<'r, Op, F, S> {
        retry: &'r Retry,
        attempts: Attempts,
        operation: Op,
        settle: S,
        #[pin]
        step: Step<F>,
    }
}

pin_project! {
    #[project = StepNow]
    enum Step<F> {
        Unstarted,
        Trying {
            #[pin]
            inner: F,
        },
        Pausing {
            pause: Pause,
        },
        Over,
    }
}

impl<'r, Op, F, S> Retrying<'r, Op, F, S>
where
    Op: FnMut() -> F,
    F: Future,
    S: FnMut(Attempts, F::Output) -> ControlFlow<F::Output, Pause>,
{
    pub(super) fn new(retry: &'r Retry, operation: Op, settle: S) -> Self {
        Self { retry, attempts: Attempts::IDLE, operation, settle, step: Step::Unstarted }
    }
}

impl<Op, F, S> Future for Retrying<'_, Op, F, S>
where
    Op: FnMut() -> F,
    F: Future,
    S: FnMut(Attempts, F::Output) -> ControlFlow<F::Output, Pause>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        loop {
            match this.step.as_mut().project() {
                StepNow::Unstarted => *this.attempts = begin(this.retry),
                StepNow::Pausing { pause } => *this.attempts = ready!(Pin::new(pause).poll(cx)),
                StepNow::Trying { inner } => {
                    let outcome = this.attempts.scope(|| inner.poll(cx));
                    if outcome.is_pending() {
                        this.attempts.note_progress();
                    }
                    let outcome = ready!(outcome);
                    this.step.set(Step::Over);
                    match (this.settle)(*this.attempts, outcome) {
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
