//! A body that may be delayed, or replaced by a fault.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::site::{Fault, FaultSite, Start};
use super::typed::TypedFault;
use crate::rejection::Rejection;
use crate::{ambient, timer};

pin_project! {
    /// The body's future, which asks at its first poll whether a test has planned a fault.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Faulty<S, T, F> {
        site: S,
        typed: T,
        stage: Stage,
        #[pin]
        inner: F,
    }
}

enum Stage {
    New,
    Delayed(Box<Delayed>),
    Runs,
}

struct Delayed {
    timer: Pin<Box<Sleep>>,
    fault: Option<Fault>,
}

/// Puts faults of `site` in the place of a body. `typed` makes a result of an error that the test gave.
#[inline]
pub fn faulty<S, T, F, R>(site: S, inner: F, typed: T) -> Faulty<S, T, F>
where
    S: Fn() -> &'static FaultSite,
    T: Fn(&TypedFault<'_>) -> R,
    F: Future<Output = Result<R, Rejection>>,
{
    Faulty { site, typed, stage: Stage::New, inner }
}

impl<S, T, F, R> Future for Faulty<S, T, F>
where
    S: Fn() -> &'static FaultSite,
    T: Fn(&TypedFault<'_>) -> R,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = Result<R, Rejection>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if !matches!(this.stage, Stage::Runs) {
            let site = (this.site)();
            if let Some(fault) = ready!(this.stage.poll(site, cx)) {
                return Poll::Ready(fault.outcome(site, &*this.typed));
            }
        }
        this.inner.poll(cx)
    }
}

impl Stage {
    /// Waits until the body is due, or a fault instead.
    fn poll(&mut self, site: &FaultSite, cx: &mut Context<'_>) -> Poll<Option<Fault>> {
        if let Self::New = self {
            *self = match site.begin() {
                Some(Start { delay: Some(delay), fault }) => {
                    Self::Delayed(Box::new(Delayed { timer: Box::pin(timer::sleep(delay)), fault }))
                }
                Some(Start { delay: None, fault }) => {
                    *self = Self::Runs;
                    return Poll::Ready(fault);
                }
                None => Self::Runs,
            };
        }
        let Self::Delayed(delayed) = self else { return Poll::Ready(None) };
        if delayed.timer.as_mut().poll(cx).is_pending() {
            ambient::note_begun();
            return Poll::Pending;
        }
        let fault = delayed.fault.take();
        *self = Self::Runs;
        Poll::Ready(fault)
    }
}

/// The same for a synchronous function, whose delay blocks its thread: what the call gets instead of its body's result.
pub fn blocking<R>(
    site: &FaultSite,
    typed: impl Fn(&TypedFault<'_>) -> R,
) -> Option<Result<R, Rejection>> {
    let Start { delay, fault } = site.begin()?;
    if let Some(delay) = delay {
        timer::block(delay);
    }
    fault.map(|fault| fault.outcome(site, typed))
}
