//! Which attempt of which call runs.

use std::cell::{Cell, RefCell};

use super::call_id::{CallId, Drawn, Serial};
use super::mark::Mark;

thread_local! {
    static ATTEMPT: Cell<Mark> = const { Cell::new(Mark::OUTSIDE) };
    /// The running call's serial number, while its mark says that it has been drawn; else none.
    static CALL: Cell<Option<Drawn>> = const { Cell::new(None) };
    /// Those of the calls further out, as far as they have been put aside.
    static FURTHER_OUT: RefCell<Vec<Option<Drawn>>> = const { RefCell::new(Vec::new()) };
}

/// An attempt of a call. The id is drawn when it is first asked for.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    mark: Mark,
    serial: Option<Serial>,
}

impl Mark {
    /// The number of the retry whose attempt runs here, if one does.
    pub(crate) fn retry_here() -> Option<u32> {
        ATTEMPT.get().retry()
    }
}

impl Attempt {
    /// No attempt of any call.
    pub(super) const OUTSIDE: Self = Self { mark: Mark::OUTSIDE, serial: None };
    /// The first attempt of a call that has nothing around it.
    pub(crate) const FIRST: Self = Self { mark: Mark::FIRST, serial: None };

    /// The number of a sender's attempt, as a request told it: it is known in here, but nothing here is part of the
    /// sender's call.
    #[cfg(feature = "http")]
    pub(crate) const fn told(number: u32) -> Self {
        Self { mark: Mark::told(number), serial: None }
    }

    /// Whether this is a part of a call already.
    #[inline]
    pub(crate) fn is_inside() -> bool {
        ATTEMPT.get().is_inside()
    }

    /// The number of the attempt that runs here, if any is counted or was told.
    #[cfg(feature = "http")]
    pub(crate) fn number_here() -> Option<u32> {
        let mark = ATTEMPT.get();
        (mark != Mark::OUTSIDE).then(|| mark.number())
    }

    /// The first attempt of a retry, by its parts: of a new call, or inside another one, whose id it shares.
    #[cold]
    #[inline(never)]
    pub(crate) fn first(mark: Mark) -> (Mark, Option<Serial>) {
        if Self::is_inside() { (mark.drawn(), Some(serial())) } else { (mark, None) }
    }

    /// The first attempt of a call that has nothing around it.
    #[inline]
    pub(crate) const fn first_alone(mark: Mark) -> Self {
        Self { mark, serial: None }
    }

    /// The attempt that runs here; [`OUTSIDE`](Self::OUTSIDE) any, so it is.
    pub(super) fn current() -> Self {
        match ATTEMPT.get() {
            mark if mark.is_inside() => Self { mark: mark.drawn(), serial: Some(serial()) },
            mark => Self { mark, serial: None },
        }
    }

    /// The attempt that runs here, to be shared by several futures; the first of a new call outside any.
    pub(crate) fn shared() -> Self {
        if Self::is_inside() { Self::current() } else { Self::FIRST }
    }

    /// What [`of_parts`](Self::of_parts) makes it from again: two values that pass in registers.
    #[inline]
    pub(crate) const fn parts(self) -> (Mark, Option<Serial>) {
        (self.mark, self.serial)
    }

    pub(crate) const fn of_parts(mark: Mark, serial: Option<Serial>) -> Self {
        Self { mark, serial }
    }

    #[inline]
    pub(crate) fn number(&self) -> u32 {
        self.mark.number()
    }

    #[inline]
    pub(crate) fn is_first(&self) -> bool {
        self.mark.is_first()
    }

    pub(crate) fn next(&mut self) {
        self.mark = self.mark.next();
    }

    pub(crate) fn id(&mut self) -> CallId {
        self.mark = self.mark.drawn();
        self.serial.get_or_insert_with(Serial::next).id()
    }

    /// Runs `f` as part of this attempt.
    #[inline]
    pub(crate) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        let outer = ATTEMPT.replace(self.mark);
        if self.mark.is_any_drawn(outer) {
            enter(self.serial);
        }
        let _running = Running { attempt: self, outer };
        f()
    }
}

/// Puts the id of a call in force, and the one further out aside. A call whose id nothing has asked for takes part in
/// none of this.
// By value: an attempt that nothing points to stays in registers.
#[cold]
#[inline(never)]
fn enter(serial: Option<Serial>) {
    let outer = CALL.replace(serial.map(Drawn::here));
    FURTHER_OUT.with_borrow_mut(|further_out| further_out.push(outer));
}

/// The serial number of the call that has run; the one further out is in force again.
#[cold]
#[inline(never)]
fn leave(was_entered: bool) -> Option<Serial> {
    let outer =
        FURTHER_OUT.with_borrow_mut(
            |further_out| {
                if was_entered { further_out.pop().flatten() } else { None }
            },
        );
    CALL.replace(outer).map(Drawn::seen_here)
}

/// Puts the attempt further out back, also when the one inside panics.
struct Running<'a> {
    attempt: &'a mut Attempt,
    outer: Mark,
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        let mark = ATTEMPT.replace(self.outer);
        if mark.is_any_drawn(self.outer) {
            self.attempt.serial = leave(self.attempt.mark.is_any_drawn(self.outer));
            self.attempt.mark = mark;
        }
    }
}

/// The serial number of the call that runs here, drawn if it has not been yet.
fn serial() -> Serial {
    let drawn = CALL.get().unwrap_or_else(draw);
    drawn.seen_here()
}

fn draw() -> Drawn {
    let drawn = Drawn::here(Serial::next());
    ATTEMPT.set(ATTEMPT.get().drawn());
    CALL.set(Some(drawn));
    drawn
}

/// The number of the running attempt (1, 2, …) within the innermost enclosing [`retry`](macro@crate::retry); 1
/// outside any. A [`hedge`](macro@crate::hedge) counts none: its attempts have the number of the retry around it. In the
/// handler of a request whose sender is trusted (`resilience::tower::inbound()`) it is the number that the sender told.
///
/// It holds in the body and everything that the body awaits in its own task, however deep. A spawned task starts at 1;
/// [`inherit`](crate::inherit) takes the number along, [`detach`](crate::detach) keeps it away.
#[must_use]
pub fn attempt() -> u32 {
    ATTEMPT.get().number().max(1)
}

/// One random id for all attempts of the outermost enclosing [`retry`](macro@crate::retry) or
/// [`hedge`](macro@crate::hedge): send it as an idempotency key, and the server can tell a repetition from a second
/// order. Outside any, a fresh id each time.
///
/// | where | the id |
/// |---|---|
/// | each attempt of a retry, each of a hedge | the same |
/// | a retry inside another one's body, or inside a hedge | that of the outermost |
/// | a spawned task | fresh; with [`inherit`](crate::inherit) that of the call which spawned it |
/// | a task of a `LocalSet` that the body drives | another one; with [`detach`](crate::detach) fresh each time |
/// | a future under [`detach`](crate::detach) | fresh, unless it has a retry or hedge of its own |
///
/// Two tasks never get the same id, unless one has inherited it. A call that moves to another task keeps its id.
///
/// ```
/// use resilience::{call_id, retry};
///
/// #[retry(attempts = 2, delay = "0ms")]
/// async fn order(ids: &mut Vec<resilience::CallId>) -> Result<(), String> {
///     ids.push(call_id());
///     Err("no answer".into())
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let mut ids = Vec::new();
/// assert!(order(&mut ids).await.is_err());
/// assert_eq!(ids[0], ids[1]);
/// assert_ne!(call_id(), call_id());
/// # }
/// ```
#[must_use]
pub fn call_id() -> CallId {
    let serial = if Attempt::is_inside() { serial() } else { Serial::next() };
    serial.id()
}
