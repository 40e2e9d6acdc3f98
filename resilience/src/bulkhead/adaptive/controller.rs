//! The machine shared: calls leave samples, and one that ends late enough ends the window.
//!
//! Such a call takes the machine's lock if no other one has it, so none waits.

use std::time::Duration;

use super::end::End;
use super::machine::{Bounds, Machine, Sample};
use super::window::Sums;
use crate::clock::{self, Nanos};
use crate::sync::{AtomicU32, AtomicU64, Mutex, Ordering::Relaxed};

/// A window this old ends with [`FEW`] samples.
const LONG: u64 = clock::span(Duration::from_secs(30));
const FEW: u32 = 10;
/// Changes of the limit are told this far apart.
const QUIET: u64 = clock::span(Duration::from_secs(1));
/// At least one call in 2^16 is sampled.
const RAREST: u32 = 16;

/// What came of the end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bulkhead) struct Ended {
    /// More calls may run than before.
    pub(in crate::bulkhead) is_raised: bool,
    /// What is to be told: the limit that was told last, and the one in force.
    pub(in crate::bulkhead) change: Option<(u32, u32)>,
}

/// The machine and its window.
#[derive(Debug)]
pub(in crate::bulkhead) struct Controller {
    state: Mutex<State>,
    in_force: AtomicU32,
    sums: Sums,
    /// When the window began; 0 before the first sample has ended.
    began: AtomicU64,
    /// When it may end, if it has its samples then. Of the first window: at once.
    due: AtomicU64,
    /// About one call in 2 to the power of this is sampled.
    rarity: AtomicU32,
    /// How many samples a window needs.
    needed: AtomicU32,
}

#[derive(Debug)]
struct State {
    machine: Machine,
    /// The limit that was told last, and when.
    told: (u32, Nanos),
}

impl Controller {
    pub(in crate::bulkhead) fn new(bounds: &Bounds) -> Self {
        let machine = Machine::new(bounds.initial);
        let in_force = machine.in_force();
        Self {
            state: Mutex::new(State { machine, told: (in_force, 0) }),
            in_force: AtomicU32::new(in_force),
            sums: Sums::new(),
            began: AtomicU64::new(0),
            due: AtomicU64::new(0),
            rarity: AtomicU32::new(0),
            needed: AtomicU32::new(bounds.min_samples),
        }
    }

    /// The limit in force.
    pub(in crate::bulkhead) fn in_force(&self) -> u32 {
        self.in_force.load(Relaxed)
    }

    /// How seldom calls are sampled: about one in 2 to the power of this.
    pub(in crate::bulkhead) fn rarity(&self) -> u32 {
        self.rarity.load(Relaxed)
    }

    /// A copy of the machine, for those who look.
    pub(in crate::bulkhead) fn machine(&self) -> Machine {
        self.state.lock().machine
    }

    /// Keeps what it has learnt, within other bounds, and `publish`es what is in force then.
    pub(in crate::bulkhead) fn fit(&self, bounds: &Bounds, publish: impl FnOnce()) {
        let mut state = self.state.lock();
        state.machine.fit(bounds);
        self.in_force.store(state.machine.in_force(), Relaxed);
        self.needed.store(bounds.min_samples, Relaxed);
        publish();
    }

    /// Keeps what it has learnt for as long as the limit is not adaptive.
    pub(in crate::bulkhead) fn keep(&self, publish: impl FnOnce()) {
        let _state = self.state.lock();
        publish();
    }

    /// Begins anew.
    pub(in crate::bulkhead) fn reset(&self, bounds: &Bounds, publish: impl FnOnce()) {
        self.sums.take();
        self.began.store(0, Relaxed);
        self.due.store(0, Relaxed);
        self.rarity.store(0, Relaxed);
        self.needed.store(bounds.min_samples, Relaxed);
        let mut state = self.state.lock();
        state.machine = Machine::new(bounds.initial);
        let in_force = state.machine.in_force();
        state.told = (in_force, 0);
        self.in_force.store(in_force, Relaxed);
        publish();
    }

    /// So many calls were in flight.
    #[inline]
    pub(in crate::bulkhead) fn reach(&self, in_flight: u32) {
        self.sums.reach(in_flight);
    }

    /// A sampled call ended now: whether the window may be over.
    #[inline]
    pub(in crate::bulkhead) fn end(&self, began: Nanos, now: Nanos, end: End) -> bool {
        match end {
            End::Nothing => return false,
            End::Overload => self.sums.drop_one(),
            End::Success => self.sums.add(now.saturating_sub(began)),
        }
        now >= self.due.load(Relaxed)
    }

    /// Ends a window that is over, if no other call does. `publish` is called once the new limit is in force. The first
    /// window began when the call did that ended first.
    pub(in crate::bulkhead) fn end_window(
        &self,
        began: Nanos,
        now: Nanos,
        bounds: impl FnOnce() -> Bounds,
        publish: impl FnOnce(),
    ) -> Option<Ended> {
        let _ = self.began.compare_exchange(0, began, Relaxed, Relaxed);
        if !self.is_over(now) {
            return None;
        }
        let mut state = self.state.try_lock()?;
        // Another call may have ended it in between.
        if !self.is_over(now) {
            return None;
        }
        let before = self.in_force();
        self.next_window(&mut state.machine, now, &bounds());
        publish();
        Some(Ended { is_raised: self.in_force() > before, change: state.tell(now) })
    }

    fn is_over(&self, now: Nanos) -> bool {
        let age = now.saturating_sub(self.began.load(Relaxed));
        let needed = if age < LONG { self.needed.load(Relaxed) } else { FEW };
        now >= self.due.load(Relaxed) && self.sums.ends() >= needed
    }

    fn next_window(&self, machine: &mut Machine, now: Nanos, bounds: &Bounds) {
        let sample = self.sums.take();
        machine.update(sample, bounds);
        self.in_force.store(machine.in_force(), Relaxed);
        self.adjust(sample, bounds.min_samples);
        self.began.store(now, Relaxed);
        self.due.store(now + bounds.window.max(2 * machine.base_nanos()).min(LONG), Relaxed);
    }

    /// Samples more often or less, so that a window gets some more than it needs.
    fn adjust(&self, sample: Sample, needed: u32) {
        let (rarity, ends) = (self.rarity.load(Relaxed), sample.ends());
        if ends > needed.saturating_mul(5) {
            self.rarity.store((rarity + 1).min(RAREST), Relaxed);
        } else if ends < needed.saturating_mul(2) {
            self.rarity.store(rarity.saturating_sub(1), Relaxed);
        }
    }
}

impl State {
    /// A change that is to be told now.
    fn tell(&mut self, now: Nanos) -> Option<(u32, u32)> {
        let ((from, at), to) = (self.told, self.machine.in_force());
        if from == to || now.saturating_sub(at) < QUIET {
            return None;
        }
        self.told = (to, now);
        Some((from, to))
    }
}
