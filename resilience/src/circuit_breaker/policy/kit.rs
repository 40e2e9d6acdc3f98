//! What tests do with a breaker: put it into a state, and make it new. Only with feature `test-util`.

use super::super::fleet_view::FleetView;
use super::{CircuitBreaker, Transitions};
use crate::circuit_state::{Cause, CircuitState};
use crate::current;

impl CircuitBreaker {
    /// Opens it for its open period, as if calls had failed.
    pub(crate) fn open(&self) {
        self.force(CircuitState::Open, Cause::Forced);
    }

    /// Opens it, unless it is open, and ends the open period: the next calls are trials.
    pub(crate) fn half_open(&self) {
        if self.word().state() != CircuitState::Open {
            self.open();
        }
        self.force(CircuitState::HalfOpen, Cause::OpenElapsed);
    }

    /// As declared, closed, and with nothing counted; with no event. Calls in flight become stale.
    pub(crate) fn renew(&self) {
        current::renew(self);
        if let Some(shared) = self.shared.get() {
            let mut locked = shared.locked.lock();
            shared.tally.clear();
            if let Some(latency) = shared.latency.get() {
                latency.clear();
            }
            self.change(&mut locked, CircuitState::Closed);
            locked.announcements.forget();
            locked.last_trip = None;
            locked.transitions = Transitions::default();
            locked.fleet = FleetView::default();
        }
        self.mode.reset();
    }
}
