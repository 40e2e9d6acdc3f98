//! The named fallback: how often it had to step in.

use std::fmt::{self, Debug};
use std::time::Duration;

use crate::clock;
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name};
use crate::stack::event;
use crate::stack::inspect::ErrorText;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Answers for a body that failed. It exists by its attribute [`fallback`](macro@crate::fallback); look at it through
/// the [registry](crate::Registry::fallbacks).
pub struct Fallback {
    identity: Identity,
    used: AtomicU64,
    /// Answers since the last line that warned of one.
    unreported: AtomicU64,
    /// When the next answer is worth a warning.
    warn_at: AtomicU64,
}

/// In an outage every call has an answer: the log says so once in this time.
const WARN_EVERY: Duration = Duration::from_secs(60);

impl Fallback {
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity) -> Self {
        Self {
            identity,
            used: AtomicU64::new(0),
            unreported: AtomicU64::new(0),
            warn_at: AtomicU64::new(0),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// How often one of its expressions was tried.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Relaxed)
    }

    /// Forgets what it counted.
    pub fn reset(&self) {
        self.used.store(0, Relaxed);
    }

    /// As if it had never answered.
    #[cfg(feature = "test-util")]
    pub(crate) fn renew(&self) {
        self.reset();
        self.unreported.store(0, Relaxed);
        self.warn_at.store(0, Relaxed);
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Its expression number `step` (from 1) is about to answer for `error`.
    #[doc(hidden)]
    #[cold]
    pub fn step_in(&self, step: u32, error: ErrorText<'_>) {
        self.used.fetch_add(1, Relaxed);
        event::fell_back(self.name(), step, error, self.due());
    }

    /// Its expression number `step` failed with `error`.
    #[doc(hidden)]
    #[cold]
    pub fn failed(&self, step: u32, error: ErrorText<'_>) {
        event::fallback_failed(self.name(), step, error);
    }

    /// The first answer in a minute: how many there were since the last such one, itself included.
    fn due(&self) -> Option<u64> {
        self.unreported.fetch_add(1, Relaxed);
        let (now, at) = (clock::now(), self.warn_at.load(Relaxed));
        let next = clock::after(now, WARN_EVERY);
        let is_first =
            now >= at && self.warn_at.compare_exchange(at, next, Relaxed, Relaxed).is_ok();
        is_first.then(|| self.unreported.swap(0, Relaxed))
    }
}

impl Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fallback")
            .field("name", &self.name())
            .field("used", &self.used())
            .finish_non_exhaustive()
    }
}

impl AnyPolicy for Fallback {
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        tell("fell_back", self.used());
    }

    fn mode(&self) -> Option<Mode> {
        None
    }

    fn reset(&self) {
        Fallback::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        Fallback::renew(self);
    }
}

crate::name::listable!(Fallback, Fallback, identity);
