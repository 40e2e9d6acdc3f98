//! The named fallback: how often it had to step in.

use std::fmt::{self, Debug};

use crate::name::Identity;
use crate::name::Name;
use crate::stack::event;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Answers for a body that failed. It exists by its attribute [`fallback`](macro@crate::fallback); look at it through
/// the [registry](crate::Registry::fallbacks).
pub struct Fallback {
    identity: Identity,
    used: AtomicU64,
}

impl Fallback {
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity) -> Self {
        Self { identity, used: AtomicU64::new(0) }
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

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Its expression number `step` (from 1) is about to hide `error`.
    #[doc(hidden)]
    #[cold]
    pub fn step_in(&self, step: u32, error: Option<&dyn Debug>) {
        self.used.fetch_add(1, Relaxed);
        event::fell_back(self.name(), step, error);
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

crate::name::listable!(Fallback, Fallback, identity);
