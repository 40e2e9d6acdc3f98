//! What the code inside a call may know about it: its deadline, its attempt, and why it is being dropped.
//!
//! Each fact lives in a thread-local cell. A policy's future puts its own value there for as long as one `poll` (or
//! one drop) lasts and puts the previous one back on every way out, panics included. A task that is spawned inside
//! starts without any of them.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::LocalKey;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::{self, FAR_FUTURE, Nanos};
use crate::random;

thread_local! {
    static DEADLINE: Cell<Deadline> = const { Cell::new(Deadline::NONE) };
    static ATTEMPT: Cell<Mark> = const { Cell::new(Mark::OUTSIDE) };
    /// The running call's serial number, while its mark says that it has been drawn.
    static CALL: Cell<Option<Serial>> = const { Cell::new(None) };
    static CUT_OFF: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` with `value` in the cell. What `f` made of the value is stored back into it.
#[inline(always)]
#[allow(clippy::inline_always, reason = "measured: as a call it costs more than it does")]
pub(crate) fn with<T: Copy, O>(
    cell: &'static LocalKey<Cell<T>>,
    value: &mut T,
    f: impl FnOnce() -> O,
) -> O {
    /// Puts things back, also when `f` panics.
    struct Restore<'v, T: Copy + 'static> {
        cell: &'static LocalKey<Cell<T>>,
        value: &'v mut T,
        previous: T,
    }
    impl<T: Copy> Drop for Restore<'_, T> {
        fn drop(&mut self) {
            *self.value = self.cell.replace(self.previous);
        }
    }
    let previous = cell.replace(*value);
    let _restore = Restore { cell, value, previous };
    f()
}

/// When the call must be over, in one word.
///
/// A time limit starts to run when the body first waits, or first asks for its deadline; until then the deadline is
/// only known as a span. A body that never waits therefore never pays for a look at the clock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Deadline(u64);

impl Deadline {
    pub(crate) const NONE: Self = Self(u64::MAX);
    /// Marks a span that has not begun to run.
    const PENDING: u64 = 1 << 63;

    /// `limit` from the moment somebody looks.
    #[inline]
    pub(crate) const fn within(limit: Duration) -> Self {
        let span = clock::span(limit);
        Self(Self::PENDING | if span < FAR_FUTURE { span } else { FAR_FUTURE - 1 })
    }

    /// The span of one that doesn't run yet.
    #[inline]
    pub(crate) const fn span(self) -> Duration {
        Duration::from_nanos(self.0 & !Self::PENDING)
    }

    #[inline]
    const fn at(when: Nanos) -> Self {
        Self(when)
    }

    /// The end, which from now on is fixed.
    pub(crate) fn fix(&mut self) -> Option<Nanos> {
        if *self == Self::NONE {
            return None;
        }
        if self.0 & Self::PENDING != 0 {
            *self =
                Self::at(clock::after(clock::now(), Duration::from_nanos(self.0 & !Self::PENDING)));
        }
        Some(self.0)
    }

    /// The nearer of a span that begins now and `outer`; `None` when `outer` has passed.
    #[inline]
    pub(crate) fn tighten(outer: Self, span: Self) -> Option<Self> {
        // Both are spans that begin together, or `outer` is none, which compares as the longest.
        if outer.0 & Self::PENDING != 0 {
            Some(Self(span.0.min(outer.0)))
        } else {
            Self::tighten_running(outer, span)
        }
    }

    #[cold]
    #[inline(never)]
    fn tighten_running(outer: Self, span: Self) -> Option<Self> {
        let now = clock::now();
        (now < outer.0).then(|| Self::at(outer.0.min(clock::after(now, span.span()))))
    }

    /// The deadline in force.
    #[inline]
    pub(crate) fn current() -> Self {
        DEADLINE.get()
    }

    /// Runs `f` under this deadline.
    #[inline]
    pub(crate) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        with(&DEADLINE, self, f)
    }
}

/// The deadline in force, on our clock, fixed from now on.
#[inline]
pub(crate) fn deadline_nanos() -> Option<Nanos> {
    let mut deadline = DEADLINE.get();
    let end = deadline.fix();
    DEADLINE.set(deadline);
    end
}

/// When the innermost-ending [`timeout`](macro@crate::timeout) around this code strikes; `None` without one.
///
/// Pass it on to whoever works for this call. It holds inside the annotated function and everything that it calls and
/// awaits in its own task; a task spawned from there starts without a deadline.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert_eq!(resilience::deadline(), None);
/// # }
/// ```
#[must_use]
pub fn deadline() -> Option<Instant> {
    deadline_nanos().map(clock::instant)
}

/// How much time the [`deadline`] leaves, down to zero; `None` without one.
#[must_use]
pub fn remaining() -> Option<Duration> {
    deadline_nanos().map(|end| clock::until(end, clock::now()))
}

/// One random 128-bit id for all attempts of one call: an idempotency key. See [`call_id`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(u128);

impl CallId {
    /// The id as a number.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

/// What a call's id is made from: half its size in every attempt, and never the same twice in a process.
#[derive(Clone, Copy)]
pub(crate) struct Serial(NonZeroU64);

impl Serial {
    fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let next = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Self(NonZeroU64::new(next).unwrap_or(NonZeroU64::MIN))
    }

    /// The same number is the same id; ids of different processes have nothing in common.
    fn id(self) -> CallId {
        CallId(random::scrambled(self.0.get()))
    }
}

impl fmt::Display for CallId {
    /// 32 lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.as_u128())
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallId({self})")
    }
}

/// Which attempt of its call runs, and whether the call's id has been drawn: the one word that calls pay for which
/// never ask. 0 is outside any.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Mark {
    /// Every look is a call of its own.
    const OUTSIDE: Self = Self(0);
    const FIRST: Self = Self(Self::ATTEMPT);
    const DRAWN: u64 = 1;
    const ATTEMPT: u64 = 2;

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "it counted to a `u32` at most")]
    const fn number(self) -> u32 {
        (self.0 / Self::ATTEMPT) as u32
    }

    #[inline]
    const fn is_drawn(self) -> bool {
        self.0 & Self::DRAWN != 0
    }
}

/// An attempt of a call. The id is drawn when somebody asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    mark: Mark,
    serial: Option<Serial>,
}

impl Attempt {
    /// The first attempt of a new call.
    pub(crate) const FIRST: Self = Self { mark: Mark::FIRST, serial: None };

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
        self.mark.0 < 2 * Mark::ATTEMPT
    }

    pub(crate) fn next(&mut self) {
        if self.number() < u32::MAX {
            self.mark.0 += Mark::ATTEMPT;
        }
    }

    pub(crate) fn id(&mut self) -> CallId {
        self.mark.0 |= Mark::DRAWN;
        self.serial.get_or_insert_with(Serial::next).id()
    }

    /// Runs `f` as part of this attempt.
    #[inline]
    pub(crate) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        let outer = ATTEMPT.replace(self.mark);
        if self.mark.is_drawn() || outer.is_drawn() {
            self.serial = swap(self.serial);
        }
        let _running = Running { attempt: self, outer };
        f()
    }
}

/// While an attempt runs, the cell holds its serial number, and it the cell's. One that hasn't been drawn is never
/// looked at, so there is nothing to swap as long as neither has been.
// By value: an attempt that nobody points to stays in registers.
#[cold]
#[inline(never)]
fn swap(serial: Option<Serial>) -> Option<Serial> {
    CALL.replace(serial)
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
        if mark.is_drawn() || self.outer.is_drawn() {
            self.attempt.mark = mark;
            self.attempt.serial = swap(self.attempt.serial);
        }
    }
}

/// The number of the running attempt (1, 2, …) within the innermost enclosing [`retry`](macro@crate::retry); 1
/// outside any.
#[must_use]
pub fn attempt() -> u32 {
    ATTEMPT.get().number().max(1)
}

/// One random id for all attempts of the innermost enclosing [`retry`](macro@crate::retry): send it as an
/// idempotency key, and the server can tell a repetition from a second order. Outside any retry, a fresh id each time.
#[must_use]
pub fn call_id() -> CallId {
    let mark = ATTEMPT.get();
    if mark == Mark::OUTSIDE {
        return Serial::next().id();
    }
    let mut attempt = Attempt { mark, serial: CALL.get().filter(|_| mark.is_drawn()) };
    let id = attempt.id();
    ATTEMPT.set(attempt.mark);
    CALL.set(attempt.serial);
    id
}

/// Drops through `f` what one of our timeouts cuts off: permits that go with it learn that the call failed.
#[inline]
pub(crate) fn cut_off(f: impl FnOnce()) {
    with(&CUT_OFF, &mut true, f);
}

/// Whether the drop that runs now is the work of one of our timeouts.
#[inline]
pub(crate) fn is_cut_off() -> bool {
    CUT_OFF.get()
}
