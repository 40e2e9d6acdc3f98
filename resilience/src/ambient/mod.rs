//! What the code inside a call may know about it: its deadline, its attempt, and why it is being dropped.
//!
//! Each fact lives in a thread-local cell. A policy's future puts its own value there for as long as one `poll` (or
//! one drop) lasts and puts the previous one back on every way out, panics included. A task that is spawned inside
//! starts without any of them.

mod attempt;
mod deadline;

use std::cell::Cell;
use std::thread::LocalKey;

pub(crate) use self::attempt::{Attempt, Mark, Serial};
pub use self::attempt::{CallId, attempt, call_id};
pub(crate) use self::deadline::deadline_nanos;
pub use self::deadline::{Deadline, deadline, remaining};

thread_local! {
    static CUT_OFF: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` with `value` in the cell. What `f` made of the value is stored back into it.
#[inline(always)]
#[allow(clippy::inline_always, reason = "measured: as a call it costs more than it does")]
fn with<T: Copy, O>(cell: &'static LocalKey<Cell<T>>, value: &mut T, f: impl FnOnce() -> O) -> O {
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
