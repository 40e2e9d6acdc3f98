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
/// Every call is sampled.
const ALL: u32 = u32::MAX;
/// One in 65,536 at least.
const LEAST: u32 = ALL >> 16;

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
    /// When the window began; 0 before the first sample.
    began: AtomicU64,
    /// How long it takes at least. The first one ends as soon as it has its samples.
    length: AtomicU64,
    /// Calls whose number on the golden sequence is no larger are sampled.
    threshold: AtomicU32,
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
            length: AtomicU64::new(0),
            threshold: AtomicU32::new(ALL),
            needed: AtomicU32::new(bounds.min_samples),
        }
    }

    /// The limit in force.
    pub(in crate::bulkhead) fn in_force(&self) -> u32 {
        self.in_force.load(Relaxed)
    }

    /// How often calls are sampled.
    pub(in crate::bulkhead) fn threshold(&self) -> u32 {
        self.threshold.load(Relaxed)
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
        self.length.store(0, Relaxed);
        self.threshold.store(ALL, Relaxed);
        self.needed.store(bounds.min_samples, Relaxed);
        let mut state = self.state.lock();
        state.machine = Machine::new(bounds.initial);
        let in_force = state.machine.in_force();
        state.told = (in_force, 0);
        self.in_force.store(in_force, Relaxed);
        publish();
    }

    /// A call that is sampled was admitted as the last of `in_flight`: when it begins.
    pub(in crate::bulkhead) fn begin(&self, in_flight: u32) -> Nanos {
        self.sums.reach(in_flight);
        let now = clock::counter();
        if self.began.load(Relaxed) == 0 {
            let _ = self.began.compare_exchange(0, now, Relaxed, Relaxed);
        }
        now
    }

    /// A call was rejected while so many were in flight.
    pub(in crate::bulkhead) fn reach(&self, in_flight: u32) {
        self.sums.reach(in_flight);
    }

    /// A sampled call ended: when, if the window is over then.
    pub(in crate::bulkhead) fn end(&self, began: Nanos, end: End) -> Option<Nanos> {
        let now = clock::counter();
        match end {
            End::Nothing => return None,
            End::Overload => self.sums.drop_one(),
            End::Success => self.sums.add(now.saturating_sub(began)),
        }
        self.is_over(now).then_some(now)
    }

    /// Ends a window that is over, if no other call does. `publish` is called once the new limit is in force.
    pub(in crate::bulkhead) fn end_window(
        &self,
        now: Nanos,
        bounds: impl FnOnce() -> Bounds,
        publish: impl FnOnce(),
    ) -> Option<Ended> {
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
        if age < self.length.load(Relaxed) {
            return age >= LONG && self.sums.ends() >= FEW;
        }
        let needed = if age < LONG { self.needed.load(Relaxed) } else { FEW };
        self.sums.ends() >= needed
    }

    fn next_window(&self, machine: &mut Machine, now: Nanos, bounds: &Bounds) {
        let sample = self.sums.take();
        machine.update(sample, bounds);
        self.in_force.store(machine.in_force(), Relaxed);
        self.adjust(sample, bounds.min_samples);
        self.length.store(bounds.window.max(2 * machine.base_nanos()), Relaxed);
        self.began.store(now, Relaxed);
    }

    /// Samples more often or less, so that a window gets some more than it needs.
    fn adjust(&self, sample: Sample, needed: u32) {
        let (threshold, ends) = (self.threshold.load(Relaxed), sample.ends());
        if ends > needed.saturating_mul(5) {
            self.threshold.store((threshold >> 1).max(LEAST), Relaxed);
        } else if ends < needed.saturating_mul(2) {
            self.threshold.store(threshold << 1 | 1, Relaxed);
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
