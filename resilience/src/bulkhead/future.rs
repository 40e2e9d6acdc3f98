//! Waiting for a slot, and the call that holds one.

use std::mem::{self, ManuallyDrop};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::Sleep;

use super::semaphore::Joined;
use super::{Bulkhead, BulkheadPermit};
use crate::ambient::{Prioritized, Priority, deadline_nanos, note_queued, with_priority};
use crate::clock;
use crate::queue::Ticket;
use crate::rejection::Rejection;
use crate::stack::PolicyRef;
use crate::timer;

pin_project! {
    /// The future of a call in a bulkhead. Dropped early, it leaves the queue or gives its slot back.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Admitted<'b, A: PolicyRef<'b, Bulkhead>, F> {
        // Timed out, it is dropped before the slot is given back: what ends inside still counts as running. One that ends
        // by itself owns nothing any more, or is `DropOnReady`.
        #[pin]
        inner: F,
        acquire: Acquire<'b, A>,
    }
}

/// Runs `inner` in a slot.
#[inline]
pub fn guard<'b, R, A, F>(bulkhead: A, inner: F) -> Admitted<'b, A, F>
where
    A: PolicyRef<'b, Bulkhead>,
    F: Future<Output = Result<R, Rejection>>,
{
    Admitted { inner, acquire: Acquire::new(bulkhead) }
}

/// The same at a priority, which holds in `inner` too.
#[inline]
pub fn guard_priority<'b, R, A, F>(
    bulkhead: A,
    inner: F,
    priority: Priority,
) -> Prioritized<Admitted<'b, A, F>>
where
    A: PolicyRef<'b, Bulkhead>,
    F: Future<Output = Result<R, Rejection>>,
{
    with_priority(priority, guard(bulkhead, inner))
}

/// A call's priority, computed before its body starts.
#[inline]
#[must_use]
pub fn priority(priority: Priority) -> Priority {
    priority
}

/// The same for a synchronous function, which never waits.
#[allow(
    clippy::missing_errors_doc,
    reason = "the outcome of the call, or the bulkhead's rejection"
)]
#[inline]
pub fn guard_blocking<R>(
    bulkhead: &Bulkhead,
    inner: impl FnOnce() -> Result<R, Rejection>,
) -> Result<R, Rejection> {
    let _permit = bulkhead.try_acquire()?;
    inner()
}

/// The same at a priority, which holds in `inner` too.
#[allow(
    clippy::missing_errors_doc,
    reason = "the outcome of the call, or the bulkhead's rejection"
)]
#[inline]
pub fn guard_priority_blocking<R>(
    bulkhead: &Bulkhead,
    inner: impl FnOnce() -> Result<R, Rejection>,
    priority: Priority,
) -> Result<R, Rejection> {
    priority.scope(|| guard_blocking(bulkhead, inner))
}

impl<'b, R, A, F> Future for Admitted<'b, A, F>
where
    A: PolicyRef<'b, Bulkhead>,
    F: Future<Output = Result<R, Rejection>>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // In hand for as long as the body runs, so that a call that is ready at once never stores it.
        let permit = match ready!(this.acquire.poll_slot(cx)) {
            Ok(permit) => permit,
            Err(rejection) => return Poll::Ready(Err(rejection)),
        };
        let outcome = this.inner.poll(cx);
        if outcome.is_pending() {
            this.acquire.keep(permit);
        } else {
            drop(permit);
        }
        outcome
    }
}

/// The future of [`Bulkhead::acquire`]. Dropped early, it leaves the queue.
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Acquire<'b, A: PolicyRef<'b, Bulkhead> = &'b Bulkhead> {
    bulkhead: A,
    standing: Standing<'b>,
}

/// Where a call stands. Only one that waits has anything on the heap; [`Acquire`] drops that, so that one comparison
/// tells whether there is anything to drop.
#[derive(Debug)]
enum Standing<'b> {
    Outside,
    InLine(ManuallyDrop<Pin<Box<Waiter<'b>>>>),
    Inside,
}

/// What came of asking for entry.
enum Entry<'b> {
    Admitted,
    Rejected,
    /// A slot came after the deadline.
    Late,
    Waiting(Pin<Box<Waiter<'b>>>),
}

impl<'b, A: PolicyRef<'b, Bulkhead>> Acquire<'b, A> {
    #[inline]
    pub(super) fn new(bulkhead: A) -> Self {
        Self { bulkhead, standing: Standing::Outside }
    }

    #[inline]
    fn poll_slot(&mut self, cx: &mut Context<'_>) -> Poll<Result<BulkheadPermit<'b>, Rejection>> {
        match self.enter(cx) {
            Entry::Admitted => Poll::Ready(Ok(BulkheadPermit::new(self.bulkhead.policy()))),
            Entry::Rejected => Poll::Ready(Err(self.bulkhead.policy().reject())),
            Entry::Late => Poll::Ready(Err(self.bulkhead.policy().reject_late())),
            Entry::Waiting(waiter) => {
                note_queued();
                self.standing = Standing::InLine(ManuallyDrop::new(waiter));
                Poll::Pending
            }
        }
    }

    /// Leaves nothing standing: what it was is in the answer.
    #[inline]
    fn enter(&mut self, cx: &mut Context<'_>) -> Entry<'b> {
        if matches!(self.standing, Standing::Outside) {
            let bulkhead = self.bulkhead.policy();
            return if bulkhead.enter() || bulkhead.enter_apart() {
                Entry::Admitted
            } else {
                join_queue(bulkhead, cx)
            };
        }
        match mem::replace(&mut self.standing, Standing::Outside) {
            Standing::InLine(waiter) => wait(ManuallyDrop::into_inner(waiter), cx),
            Standing::Inside | Standing::Outside => Entry::Admitted,
        }
    }

    /// Holds the slot until the next poll, or the drop.
    #[inline]
    fn keep(&mut self, permit: BulkheadPermit<'b>) {
        mem::forget(permit);
        self.standing = Standing::Inside;
    }
}

impl<'b, A: PolicyRef<'b, Bulkhead> + Unpin> Future for Acquire<'b, A> {
    type Output = Result<BulkheadPermit<'b>, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_slot(cx)
    }
}

impl<'b, A: PolicyRef<'b, Bulkhead>> Drop for Acquire<'b, A> {
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "nearly always one comparison, which must not become a call"
    )]
    fn drop(&mut self) {
        if !matches!(self.standing, Standing::Outside) {
            leave(self.bulkhead.policy(), mem::replace(&mut self.standing, Standing::Outside));
        }
    }
}

#[cold]
#[inline(never)]
fn leave<'b>(bulkhead: &'b Bulkhead, standing: Standing<'b>) {
    match standing {
        Standing::Outside => {}
        // It leaves the queue.
        Standing::InLine(waiter) => drop(ManuallyDrop::into_inner(waiter)),
        Standing::Inside => drop(BulkheadPermit::new(bulkhead)),
    }
}

/// Goes to wait, unless a slot has become free meanwhile.
#[cold]
#[inline(never)]
fn join_queue<'b>(bulkhead: &'b Bulkhead, cx: &mut Context<'_>) -> Entry<'b> {
    let (config, limits) = (bulkhead.config(), bulkhead.limits_in_force());
    let Some(max_wait) = config.max_wait else { return Entry::Rejected };
    // Made before it is needed: outside a runtime it panics.
    let timer = timer::sleep(max_wait);
    let (priority, waker) = (Priority::current(), cx.waker().clone());
    match bulkhead.semaphore().join(priority, limits, config.longest_queue(), waker) {
        Joined::Full => Entry::Rejected,
        Joined::Entered => Entry::Admitted,
        Joined::Waiting(ticket) => {
            // The limit may have been raised before this one could be seen in the queue.
            if bulkhead.limits_in_force() != limits {
                bulkhead.hand_over();
            }
            wait(Box::pin(Waiter { bulkhead, ticket: Some(ticket), timer }), cx)
        }
    }
}

#[cold]
#[inline(never)]
fn wait<'b>(mut waiter: Pin<Box<Waiter<'b>>>, cx: &mut Context<'_>) -> Entry<'b> {
    match waiter.as_mut().poll_turn(cx) {
        Poll::Pending => Entry::Waiting(waiter),
        Poll::Ready(true) if is_late() => {
            drop(BulkheadPermit::new(waiter.bulkhead));
            Entry::Late
        }
        Poll::Ready(true) => Entry::Admitted,
        Poll::Ready(false) if is_late() => Entry::Late,
        Poll::Ready(false) => Entry::Rejected,
    }
}

/// Whether the deadline in force has passed: nothing begins any more.
fn is_late() -> bool {
    deadline_nanos().is_some_and(|end| end <= clock::now())
}

pin_project! {
    /// A place in the queue. It is left on drop; a slot that had come meanwhile goes to the next.
    #[derive(Debug)]
    struct Waiter<'b> {
        bulkhead: &'b Bulkhead,
        // `None` when there is nothing to leave any more.
        ticket: Option<Ticket>,
        #[pin]
        timer: Sleep,
    }

    impl PinnedDrop for Waiter<'_> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(ticket) = this.ticket {
                this.bulkhead.semaphore().abandon(ticket, this.bulkhead.limits_in_force());
            }
        }
    }
}

impl Waiter<'_> {
    /// Whether it got a slot: true when its turn has come, false when its time is up.
    fn poll_turn(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        let Some(ticket) = *this.ticket else { return Poll::Ready(false) };
        let slots = this.bulkhead.semaphore();
        if slots.is_next(ticket, cx.waker().clone()) {
            *this.ticket = None;
            return Poll::Ready(true);
        }
        // A task that has used up its budget must not lose its patience too.
        ready!(pin!(coop::unconstrained(this.timer)).poll(cx));
        *this.ticket = None;
        // Its turn may have come in the last moment.
        Poll::Ready(!slots.leave(ticket))
    }
}
