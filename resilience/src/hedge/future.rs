//! A hedged call: one attempt in place, the rare further ones on the heap.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::Hedge;
use crate::ambient::{self, Attempt};
use crate::rejection::Rejection;
use crate::stack::event;
use crate::stack::inspect::Inspector;
use crate::stack::verdict::{Fallible, Judging, Verdict};
use crate::timer;

pin_project! {
    /// The future of a hedged call.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Hedging<'h, Make, F, J> {
        hedge: &'h Hedge,
        make: Make,
        judge: J,
        #[pin]
        first: Option<F>,
        others: Vec<Pin<Box<F>>>,
        started: u32,
        // All of them are one attempt of the call: one number, one id.
        attempt: Attempt,
        #[pin]
        timer: Option<Sleep>,
    }
}

/// Hedges what `make` makes; `judge` says what an outcome means.
// The compiler shows the first bound, its comment included, to users who consume an argument under `#[hedge]`.
pub fn hedge<R, Make, F, N, J>(
    hedge: &Hedge,
    make: Make,
    inspector: N,
    judge: J,
) -> Hedging<'_, Make, F, impl Fn(&Result<R, Rejection>) -> Verdict>
where
    Make: FnMut() -> F, // attempts run side by side: none may consume an argument, each its own clone
    F: Future<Output = Result<R, Rejection>>,
    R: Fallible,
    N: Inspector<R>,
    J: Fn(Judging<'_, R, N>) -> Verdict,
{
    start(hedge, make, move |outcome: &_| judge(Judging::new(outcome, inspector)))
}

/// The same for outcomes of any form.
pub(super) fn start<Make, F, J>(hedge: &Hedge, make: Make, judge: J) -> Hedging<'_, Make, F, J> {
    let (others, attempt) = (Vec::new(), Attempt::FIRST);
    Hedging { hedge, make, judge, first: None, others, started: 0, attempt, timer: None }
}

impl<Make, F, J> Future for Hedging<'_, Make, F, J>
where
    Make: FnMut() -> F,
    F: Future,
    J: Fn(&F::Output) -> Verdict,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if self.started == 0 {
            self.as_mut().begin();
        }
        let mut begun = false;
        loop {
            let mut ended = None;
            while let Some((outcome, is_first)) = self.as_mut().poll_attempts(&mut begun, cx) {
                match (self.judge)(&outcome) {
                    Verdict::Success | Verdict::Permanent => {
                        self.drop_others(is_first);
                        return Poll::Ready(outcome);
                    }
                    verdict => ended = Some((outcome, verdict)),
                }
            }
            match ended {
                Some((_, Verdict::Failure)) if self.may_start() => self.as_mut().join_in(),
                Some((outcome, _)) if self.is_alone() => return Poll::Ready(outcome),
                _ if self.as_mut().is_due(cx) => self.as_mut().join_in(),
                _ => return waiting(begun),
            }
        }
    }
}

/// Waits, in a queue of ours only if no attempt has begun.
fn waiting<O>(begun: bool) -> Poll<O> {
    if begun {
        ambient::note_begun();
    }
    Poll::Pending
}

impl<Make, F, J> Hedging<'_, Make, F, J>
where
    Make: FnMut() -> F,
    F: Future,
{
    fn begin(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.hedge.note_bypass();
        *this.attempt = Attempt::shared();
        this.first.set(Some(this.attempt.scope(this.make)));
        *this.started = 1;
    }

    /// The outcome of any attempt that has ended, and whether it was the first one; the attempt is gone.
    fn poll_attempts(
        mut self: Pin<&mut Self>,
        begun: &mut bool,
        cx: &mut Context<'_>,
    ) -> Option<(F::Output, bool)> {
        let mut attempt = self.attempt;
        let ended = attempt.scope(|| self.as_mut().poll_each(begun, cx));
        *self.project().attempt = attempt;
        ended
    }

    fn poll_each(
        self: Pin<&mut Self>,
        begun: &mut bool,
        cx: &mut Context<'_>,
    ) -> Option<(F::Output, bool)> {
        let mut this = self.project();
        if let Some(first) = this.first.as_mut().as_pin_mut()
            && let Poll::Ready(outcome) = ambient::beside_others(begun, || first.poll(cx))
        {
            this.first.set(None);
            return Some((outcome, true));
        }
        for place in 0..this.others.len() {
            let other = this.others[place].as_mut();
            if let Poll::Ready(outcome) = ambient::beside_others(begun, || other.poll(cx)) {
                drop(this.others.swap_remove(place));
                return Some((outcome, false));
            }
        }
        None
    }

    /// Those that run in vain, now and not when the hedge is dropped: what they hold may be waited for.
    fn drop_others(self: Pin<&mut Self>, first_won: bool) {
        let mut this = self.project();
        if !first_won {
            this.hedge.count_won();
        }
        this.first.set(None);
        this.others.clear();
    }

    fn may_start(&self) -> bool {
        self.started < self.hedge.attempts_at_most() && !ambient::deadline_has_passed()
    }

    fn is_alone(&self) -> bool {
        self.first.is_none() && self.others.is_empty()
    }

    /// Whether the last attempt has had its time, and another one may join it. The timer is armed on the way.
    fn is_due(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        if self.started >= self.hedge.attempts_at_most() {
            return false;
        }
        let mut this = self.as_mut().project();
        if this.timer.is_none() {
            this.timer.set(Some(timer::sleep(this.hedge.config().after)));
        }
        // A busy thread may come to it only after the deadline.
        this.timer.as_pin_mut().is_some_and(|timer| timer.poll(cx).is_ready()) && self.may_start()
    }

    /// Starts one more attempt, and its time.
    fn join_in(self: Pin<&mut Self>) {
        let mut this = self.project();
        *this.started += 1;
        this.timer.set(None);
        this.hedge.count_hedged();
        event::hedged(this.hedge.name(), *this.started);
        this.others.push(Box::pin(this.attempt.scope(this.make)));
    }
}
