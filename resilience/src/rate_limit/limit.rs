//! What a rate limiter is told: its options and its mode, in the form that calls need.

use super::RateLimitConfig;
use super::gcra::{Gcra, GcraCell};
use crate::check;
use crate::clock;
use crate::current::{Configured, Current, ModeCell};
use crate::fleet::NAMELESS;
use crate::fleet::link::replicas;
use crate::mode::Mode;
use crate::name::Identity;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// What a [`RateLimiter`] is told, and doesn't count: each has its own, but those of the keys of a
/// [`Keyed`](crate::Keyed) share one.
#[repr(C)]
pub struct Limit {
    /// As calls need it; closed while it is not enforced.
    /// So is that of a limit that is shared by a fleet: what a call may do is decided elsewhere.
    pub(super) gcra: GcraCell,
    /// `max_wait` in nanoseconds, as calls need it; 0 for none. Without end where it is shared: then every call that
    /// finds no leased turn waits for an answer.
    patience: AtomicU64,
    pub(super) identity: Identity,
    pub(super) config: Current<RateLimitConfig>,
    pub(super) mode: ModeCell,
}

impl Limit {
    #[track_caller]
    pub(crate) const fn new(identity: Identity, config: RateLimitConfig) -> Self {
        check::assert_valid(config.validate());
        assert!(!config.shared || identity.is_explicit(), "{}", NAMELESS);
        let gcra = gcra(&config);
        let gcra = GcraCell::new(if config.shared { gcra.closed() } else { gcra });
        let patience = AtomicU64::new(patience(&config));
        Self { gcra, patience, identity, config: Current::new(config), mode: ModeCell::new() }
    }

    /// The limit in force, enforced or not; this replica's part, where it is shared.
    pub(super) fn gcra(&self) -> Gcra {
        if self.is_shared() { self.config().share(replicas()) } else { gcra(self.config()) }
    }

    /// Whether a fleet shares it, which no change of its options changes.
    #[inline]
    pub(super) fn is_shared(&self) -> bool {
        self.config.declared().shared
    }

    /// Whether a call that is so early may wait, its deadline apart. Under a shared limit it may until it has asked.
    #[inline]
    pub(super) fn may_wait(&self, nanos: u64) -> bool {
        nanos <= self.patience.load(Relaxed)
    }

    /// How long a call may wait, its deadline apart; 0 for not at all.
    pub(super) fn max_wait(&self) -> u64 {
        max_wait(self.config())
    }

    pub(crate) fn config(&self) -> &RateLimitConfig {
        self.config.get()
    }
}

const fn patience(config: &RateLimitConfig) -> u64 {
    if config.shared { u64::MAX } else { max_wait(config) }
}

const fn max_wait(config: &RateLimitConfig) -> u64 {
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

    fn derive(&self) {
        if self.is_shared() {
            return;
        }
        self.patience.store(patience(self.config.get()), Relaxed);
        let gcra = self.gcra();
        self.gcra.set(if self.mode.get() == Mode::Enforce { gcra } else { gcra.closed() });
    }
}
