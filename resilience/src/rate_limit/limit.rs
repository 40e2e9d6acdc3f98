//! What a rate limiter is told: its options and its mode, in the form that calls need.

use super::RateLimitConfig;
use super::gcra::{Gcra, GcraCell};
use crate::check;
use crate::clock;
use crate::current::ModeCell;
use crate::current::{Configured, Current};
use crate::mode::Mode;
use crate::name::Identity;
use crate::problem::Problem;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// What a [`RateLimiter`] is told, and doesn't count: each has its own, but those of the keys of a
/// [`Keyed`](crate::Keyed) share one.
#[repr(C)]
pub struct Limit {
    /// As calls need it; closed while it is not enforced.
    pub(super) gcra: GcraCell,
    /// `max_wait` in nanoseconds, as calls need it; 0 for none.
    patience: AtomicU64,
    pub(super) identity: Identity,
    pub(super) config: Current<RateLimitConfig>,
    pub(super) mode: ModeCell,
}

impl Limit {
    #[track_caller]
    pub(crate) const fn new(identity: Identity, config: RateLimitConfig) -> Self {
        check::assert_valid(config.validate());
        let gcra = GcraCell::new(gcra(&config));
        let patience = AtomicU64::new(patience(&config));
        Self { gcra, patience, identity, config: Current::new(config), mode: ModeCell::new() }
    }

    /// The limit in force, enforced or not.
    pub(super) fn gcra(&self) -> Gcra {
        gcra(self.config.get())
    }

    fn derive(&self) {
        self.patience.store(patience(self.config.get()), Relaxed);
        let gcra = self.gcra();
        self.gcra.set(if self.mode.get() == Mode::Enforce { gcra } else { gcra.closed() });
    }

    /// How long a call may wait, its deadline apart; 0 for not at all.
    #[inline]
    pub(super) fn patience(&self) -> u64 {
        self.patience.load(Relaxed)
    }

    pub(crate) fn config(&self) -> &RateLimitConfig {
        self.config.get()
    }
}

const fn patience(config: &RateLimitConfig) -> u64 {
    match config.max_wait {
        Some(wait) => clock::span(wait),
        None => 0,
    }
}

pub(super) const fn gcra(config: &RateLimitConfig) -> Gcra {
    let (rate, burst) = config.limits();
    Gcra::new(rate.interval(), burst)
}

impl Configured for Limit {
    type Config = RateLimitConfig;

    fn current(&self) -> &Current<RateLimitConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }

    fn put(&self, config: RateLimitConfig) -> Result<(), Problem> {
        self.config.set(config).map_err(Problem::new)?;
        self.derive();
        Ok(())
    }

    fn put_mode(&self, mode: Mode) {
        self.mode.put(mode);
        self.derive();
    }
}
