//! Which attempt of which call runs.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::random;

thread_local! {
    static ATTEMPT: Cell<Mark> = const { Cell::new(Mark::OUTSIDE) };
    /// The running call's serial number, while its mark says that it has been drawn.
    static CALL: Cell<Option<Serial>> = const { Cell::new(None) };
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
