//! A bulkhead whose limit finds itself: where its calls meet the machine.

use super::Bulkhead;
use super::adaptive::{Controller, End, Ended, Machine, Start};
use super::queue_order::QueueOrder;
use crate::ambient::Priority;
use crate::clock::{self, Nanos};
use crate::mode::Mode;
use crate::random;
use crate::stack::event;
use crate::sync::Ordering;

/// What an adaptive limit knows of its dependency.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AdaptiveLimit {
    /// How long calls take without a queue, in milliseconds; `None` before the first window of samples.
    pub base_ms: Option<f64>,
    /// How long they take now.
    pub short_ms: Option<f64>,
    /// Whether the last window used the limit up.
    pub saturated: bool,
    /// How often it found that the dependency itself had become slower.
    pub resets: u32,
}

impl Bulkhead {
    /// The limit in force, in whole calls: `max_concurrent`, or what an adaptive limit has found.
    #[must_use]
    pub fn limit(&self) -> u32 {
        let config = self.config();
        if !config.adaptive {
            return config.ceiling();
        }
        self.controller.get().map_or(config.initial_limit(), Controller::in_force)
    }

    /// What an adaptive limit knows; `None` where the limit is fixed.
    #[must_use]
    pub fn adaptive(&self) -> Option<AdaptiveLimit> {
        if !self.config().adaptive {
            return None;
        }
        let millis = |nanos: f64| (nanos > 0.0).then_some(nanos / 1e6);
        let known = self.machine();
        Some(AdaptiveLimit {
            base_ms: known.and_then(|machine| millis(machine.base)),
            short_ms: known.and_then(|machine| millis(machine.short)),
            saturated: known.is_some_and(|machine| machine.saturated),
            resets: known.map_or(0, |machine| machine.resets),
        })
    }

    /// What calls take without a queue, and now, in nanoseconds; nothing while that is not known.
    pub(crate) fn latencies(&self) -> (f64, f64) {
        let machine = self.machine().filter(|_| self.config().adaptive);
        machine.map_or((0.0, 0.0), |machine| (machine.base, machine.short))
    }

    fn machine(&self) -> Option<Machine> {
        self.controller.get().map(Controller::machine)
    }

    /// Begins a sample.
    #[cold]
    #[inline(never)]
    pub(super) fn begin(&self) -> Start {
        let now = clock::counter();
        self.controller().reach(self.in_flight());
        Start::at(now)
    }

    /// A call was dropped, for whose slot another one waits, or which was a sample.
    #[cold]
    #[inline(never)]
    pub(super) fn left(&self, is_awaited: bool, start: Start) {
        if is_awaited {
            self.hand_over();
        }
        self.learn(start, End::of_drop());
    }

    /// A call ended; only one that is sampled says anything.
    pub(super) fn learn(&self, start: Start, end: End) {
        if !start.is_sampled() {
            return;
        }
        let now = clock::counter();
        let Some(controller) = self.controller.get() else { return };
        if controller.end(start.nanos(), now, end) {
            self.end_window(controller, start, now);
        }
    }

    #[cold]
    #[inline(never)]
    fn end_window(&self, controller: &Controller, start: Start, now: Nanos) {
        let (bounds, publish) = (|| self.config().bounds(), || self.publish());
        let ended = controller.end_window(start.nanos(), now, bounds, publish);
        let Some(Ended { is_raised, change }) = ended else { return };
        if is_raised {
            self.hand_over();
        }
        if let Some((from, to)) = change.filter(|_| self.config().adaptive) {
            event::limit_changed(self.name(), from, to);
        }
    }

    /// A call found no slot.
    pub(super) fn note_full(&self) {
        if let Some(controller) = self.controller.get() {
            controller.reach(self.in_flight());
        }
    }

    /// What calls read, from config, mode and machine; then those are served who may wait no longer.
    pub(super) fn fit_limit(&self) {
        let (config, publish) = (self.config(), || self.publish());
        if config.adaptive {
            let bounds = config.bounds();
            self.controller().fit(&bounds, publish);
        } else if let Some(controller) = self.controller.get() {
            controller.keep(publish);
        } else {
            publish();
        }
        self.hand_over();
    }

    /// Forgets what the limit has learnt.
    pub(super) fn reset_limit(&self) {
        if self.config().adaptive {
            self.controller().reset(&self.config().bounds(), || self.publish());
            self.hand_over();
        }
    }

    /// Where one of these changes, and under the machine's lock if there is one: the last word is that of the last change.
    fn publish(&self) {
        let (config, mode) = (self.config(), self.mode.get());
        let is_ordinary = mode == Mode::Enforce && config.queue == QueueOrder::Fifo;
        let limit = config.limits(self.limit()).get(Priority::Critical);
        self.plain_limit.store(if is_ordinary { limit } else { 0 }, Ordering::Relaxed);
        let is_sampling = config.adaptive && mode != Mode::Off;
        let rarity = self.controller.get().map_or(0, Controller::rarity);
        self.sampled.store(if is_sampling { random::share(rarity) } else { 0 }, Ordering::Relaxed);
    }

    /// Made by the first call that needs it: hardly any bulkhead does.
    fn controller(&self) -> &Controller {
        self.controller.get_or_init(|| Box::new(Controller::new(&self.config().bounds())))
    }
}
