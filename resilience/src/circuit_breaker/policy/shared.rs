//! What a breaker keeps on the heap: counters, and the state machine behind its lock.

use std::sync::OnceLock;

use super::super::announcements::Announcements;
use super::super::config::CircuitBreakerConfig;
use super::super::counts::Trip;
use super::super::fleet_view::FleetView;
use super::super::machine::Machine;
use super::super::tally::Tally;
use super::super::word::Word;
use crate::circuit_state::CircuitState;
use crate::clock;
use crate::histogram::Latency;
use crate::sync::{AtomicU64, Mutex, Ordering};

/// What the first finished call allocates.
pub(super) struct Shared {
    pub(super) tally: Tally,
    /// Until when a success needs no look at the window.
    pub(super) fresh_until: AtomicU64,
    /// How long the open period lasts as a whole, in nanoseconds.
    pub(super) open_for: AtomicU64,
    pub(super) locked: Mutex<Locked>,
    pub(super) latency: OnceLock<Box<Latency>>,
}

pub(super) struct Locked {
    pub(super) machine: Machine,
    pub(super) last_trip: Option<Trip>,
    pub(super) transitions: Transitions,
    pub(super) announcements: Announcements,
    pub(super) fleet: FleetView,
}

impl Shared {
    pub(super) fn new(config: &CircuitBreakerConfig) -> Self {
        Self {
            tally: Tally::new(),
            fresh_until: AtomicU64::new(0),
            open_for: AtomicU64::new(0),
            locked: Mutex::new(Locked {
                machine: Machine::new(config, clock::coarse()),
                last_trip: None,
                transitions: Transitions::default(),
                announcements: Announcements::default(),
                fleet: FleetView::default(),
            }),
            latency: OnceLock::new(),
        }
    }

    /// From now on calls are measured.
    pub(super) fn measure(&self) {
        self.latency.get_or_init(|| Box::new(Latency::new()));
    }

    /// What is left of the open period by the coarse clock, which may be a tick behind the precise one that began it.
    #[inline]
    pub(super) fn no_longer_than_open(&self, wait: u64) -> u64 {
        wait.min(self.open_for.load(Ordering::Relaxed))
    }

    /// Whether a success needs no look at the window.
    #[inline]
    pub(super) fn is_fresh(&self, word: Word) -> bool {
        !word.is_timed() || self.is_fresh_now()
    }

    #[inline(never)]
    pub(super) fn is_fresh_now(&self) -> bool {
        clock::coarse() < self.fresh_until.load(Ordering::Relaxed)
    }
}

/// How often the state went from one to another, by [`CircuitState::ALL`]'s order.
pub(crate) type Transitions = [[u64; CircuitState::ALL.len()]; CircuitState::ALL.len()];
