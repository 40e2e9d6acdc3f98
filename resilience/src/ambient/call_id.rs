//! The id that all attempts of a call share, and what it is made from.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task;

use crate::random;

/// One random 128-bit id for all attempts of one call: an idempotency key. See [`call_id`](crate::call_id).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(u128);

impl CallId {
    /// The id as a number.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0
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

/// What a call's id is made from: half its size in every attempt, and never the same twice in a process.
#[derive(Clone, Copy)]
pub(crate) struct Serial(NonZeroU64);

impl Serial {
    pub(super) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let next = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Self(NonZeroU64::new(next).unwrap_or(NonZeroU64::MIN))
    }

    /// The same number is the same id; ids of different processes have nothing in common.
    pub(super) fn id(self) -> CallId {
        CallId(random::scrambled(self.0.get()))
    }
}

/// The serial number of the call that runs, and the task that runs it.
///
/// A task may be polled from within another one's call (a `LocalSet` inside a guarded function): it asks from its own
/// task, and gets a number of its own.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    serial: Serial,
    task: Option<task::Id>,
}

impl Drawn {
    /// In this task.
    pub(super) fn here(serial: Serial) -> Self {
        Self { serial, task: task::try_id() }
    }

    /// The number as this task sees it.
    pub(super) fn seen_here(self) -> Serial {
        let asker = task::try_id();
        if asker == self.task {
            return self.serial;
        }
        let mixed = random::hashed(&(self.serial.0, asker));
        Serial(NonZeroU64::new(mixed).unwrap_or(NonZeroU64::MIN))
    }
}
