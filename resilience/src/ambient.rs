//! What the code inside a call may know about it: its deadline, its attempt, and why it is being dropped.
//!
//! Each fact lives in a thread-local cell. A policy's future puts its own value there for as long as one `poll` (or
//! one drop) lasts and puts the previous one back on every way out, panics included. A task that is spawned inside
//! starts without any of them.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU128;
use std::thread::LocalKey;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::{self, FAR_FUTURE, Nanos};
use crate::random;

thread_local! {
    static DEADLINE: Cell<Deadline> = const { Cell::new(Deadline::NONE) };
    static ATTEMPT: Cell<Attempt> = const { Cell::new(Attempt::OUTSIDE) };
    static CUT_OFF: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` with `value` in the cell. What `f` made of the value is stored back into it.
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
pub(crate) struct Deadline(u64);

impl Deadline {
    pub(crate) const NONE: Self = Self(u64::MAX);
    /// Marks a span that has not begun to run.
    const PENDING: u64 = 1 << 63;

    /// `limit` from the moment somebody looks.
    pub(crate) const fn within(limit: Duration) -> Self {
        let span = clock::span(limit);
        Self(Self::PENDING | if span < FAR_FUTURE { span } else { FAR_FUTURE - 1 })
    }

    const fn at(when: Nanos) -> Self {
        Self(when)
    }

    /// The end, which from now on is fixed.
    pub(crate) fn fix(&mut self) -> Option<Nanos> {
        if *self == Self::NONE {
            return None;
        }
        if self.0 & Self::PENDING != 0 {
            *self = Self::at(clock::after(clock::now(), Duration::from_nanos(self.0 & !Self::PENDING)));
        }
        Some(self.0)
    }

    /// The nearer of a span that begins now and `outer`; `None` when `outer` has passed.
    pub(crate) fn tighten(outer: Self, limit: Duration) -> Option<Self> {
        let own = Self::within(limit);
        if outer.0 & Self::PENDING != 0 {
            return Some(Self(own.0.min(outer.0)));
        }
        let now = clock::now();
        (now < outer.0).then(|| Self::at(outer.0.min(clock::after(now, limit))))
    }

    /// The deadline in force.
    pub(crate) fn current() -> Self {
        DEADLINE.get()
    }

    /// Runs `f` under this deadline.
    pub(crate) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        with(&DEADLINE, self, f)
    }
}

/// The deadline in force, on our clock, fixed from now on.
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
pub struct CallId(NonZeroU128);

impl CallId {
    fn random() -> Self {
        Self(random::id())
    }

    /// The id as a number.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0.get()
    }
}

impl fmt::Display for CallId {
    /// 32 lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallId({self})")
    }
}

/// Which attempt of which call runs. The id is drawn when somebody asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    number: u32,
    id: Option<CallId>,
}

impl Attempt {
    /// Outside any retry every look is a call of its own.
    const OUTSIDE: Self = Self { number: 0, id: None };
    /// The first attempt of a new call.
    pub(crate) const FIRST: Self = Self { number: 1, id: None };

    pub(crate) fn number(self) -> u32 {
        self.number
    }

    pub(crate) fn next(&mut self) {
        self.number = self.number.saturating_add(1);
    }

    pub(crate) fn id(&mut self) -> CallId {
        *self.id.get_or_insert_with(CallId::random)
    }

    /// Runs `f` as part of this attempt.
    pub(crate) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        with(&ATTEMPT, self, f)
    }
}

/// The number of the running attempt (1, 2, …) within the innermost enclosing [`retry`](macro@crate::retry); 1
/// outside any.
#[must_use]
pub fn attempt() -> u32 {
    ATTEMPT.get().number.max(1)
}

/// One random id for all attempts of the innermost enclosing [`retry`](macro@crate::retry): send it as an
/// idempotency key, and the server can tell a repetition from a second order. Outside any retry, a fresh id each time.
#[must_use]
pub fn call_id() -> CallId {
    let mut attempt = ATTEMPT.get();
    if attempt.number == 0 {
        return CallId::random();
    }
    let id = attempt.id();
    ATTEMPT.set(attempt);
    id
}

/// Drops through `f` what one of our timeouts cuts off: permits that go with it learn that the call failed.
pub(crate) fn cut_off(f: impl FnOnce()) {
    with(&CUT_OFF, &mut true, f);
}

/// Whether the drop that runs now is the work of one of our timeouts.
pub(crate) fn is_cut_off() -> bool {
    CUT_OFF.get()
}
