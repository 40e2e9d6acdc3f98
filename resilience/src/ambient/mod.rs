//! What the code inside a call may know about it: its deadline, its attempt, its priority, and why it is being dropped.
//!
//! Each fact lives in a thread-local cell. A policy's future puts its own value there for as long as one `poll` (or
//! one drop) lasts and puts the previous one back on every way out, panics included. So a fact belongs to the code
//! that is polled from within: a spawned task starts without any, what it should have is carried over by [`inherit`],
//! and what it must not see is kept away by [`detach`].

mod attempt;
mod call_id;
mod deadline;
mod detach;
mod facts;
mod inherit;
mod mark;
mod priority;
mod progress;
mod trial;

use std::cell::Cell;
use std::thread::LocalKey;

pub(crate) use self::attempt::Attempt;
pub use self::attempt::{attempt, call_id};
pub use self::call_id::CallId;
pub(crate) use self::call_id::Serial;
#[cfg(feature = "http")]
pub(crate) use self::deadline::about_remaining;
pub(crate) use self::deadline::{Deadline, deadline_has_passed, deadline_nanos};
pub use self::deadline::{deadline, remaining};
pub use self::detach::{Detached, detach};
pub use self::inherit::{Inherited, inherit};
pub(crate) use self::mark::Mark;
pub(crate) use self::priority::if_ordinary;
pub use self::priority::{Prioritized, Priority, priority, with_priority};
#[cfg(feature = "tower")]
pub(crate) use self::progress::note_service_waits;
pub(crate) use self::progress::{
    as_never_begun, beside_others, is_queued, never_began, note_begun, note_body_waits,
    note_call_waits, note_queued,
};
pub(crate) use self::trial::{Trial, is_in_trial};

thread_local! {
    static TIMED_OUT: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` with `value` in the cell.
#[inline(always)]
#[allow(clippy::inline_always, reason = "measured: as a call it costs more than it does")]
fn with<T: Copy, O>(cell: &'static LocalKey<Cell<T>>, value: T, f: impl FnOnce() -> O) -> O {
    /// Puts things back, also when `f` panics.
    struct Restore<T: Copy + 'static> {
        cell: &'static LocalKey<Cell<T>>,
        previous: T,
    }
    impl<T: Copy> Drop for Restore<T> {
        fn drop(&mut self) {
            self.cell.set(self.previous);
        }
    }
    let _restore = Restore { cell, previous: cell.replace(value) };
    f()
}

/// Drops through `f` what one of our timeouts has timed out: permits that go with it learn that the call failed.
#[inline]
pub(crate) fn cut_off(f: impl FnOnce()) {
    with(&TIMED_OUT, true, f);
}

/// Drops through `f` what belongs to no call around it, whatever happens to that one.
fn cancelled(f: impl FnOnce()) {
    with(&TIMED_OUT, false, f);
}

/// Whether the drop that runs now is the work of one of our timeouts.
#[inline]
pub(crate) fn is_cut_off() -> bool {
    TIMED_OUT.get()
}
