//! A breaker among those of the other replicas: what it says to them, and what it makes of their word.

use super::super::fleet_view::{is_quorum, vetoes};
use super::{CircuitBreaker, Locked};
use crate::circuit_state::CircuitState;
use crate::clock;
use crate::fleet::opinion::{Opinion, Verdict, Word};
use crate::stack::inspect::ErrorText;

impl CircuitBreaker {
    /// What it says to the other replicas. To be followed by [`heed`](Self::heed) or [`unsaid`](Self::unsaid).
    pub(crate) fn opinion(&self, replicas: u32) -> Opinion {
        let (now, mut locked) = (clock::now(), self.shared().locked.lock());
        let Locked { machine, fleet, .. } = &mut *locked;
        let state = machine.state();
        let lifetime = self.config().trial_lifetime();
        let tries = fleet.wants_to_try(machine.is_trying(lifetime, now), now)
            && !(replicas > 1 && fleet.yields(machine.open_until(), now))
            && (state != CircuitState::Open || machine.has_lapsed(now));
        let trying = if tries { clock::span(lifetime) / 1_000 } else { 0 };
        Opinion { word: fleet.word(state, machine.open_until(), now), trying }
    }

    /// The store has not heard it.
    pub(crate) fn unsaid(&self, word: Word) {
        let mut locked = self.shared().locked.lock();
        let state = locked.machine.state();
        locked.fleet.unsaid(word, state);
    }

    /// Does what the fleet says.
    pub(crate) fn heed(&self, verdict: Verdict, quorum: f64, replicas: u32) {
        let (now, config, shared) = (clock::now(), self.config(), self.shared());
        let mut locked = shared.locked.lock();
        let Locked { machine, fleet, .. } = &mut *locked;
        let counts = machine.counts(shared.tally.read(), now);
        let is_vetoed =
            vetoes(&counts, config.effective_min_calls(), config.effective_failure_rate());
        let since = now.saturating_sub(machine.entered()) / 1_000;
        let change = fleet.heed(
            (machine.state(), since),
            verdict,
            (is_quorum(verdict.others, quorum, replicas), is_vetoed),
            (now, config.trial_lifetime()),
        );
        let change = change.and_then(|(to, cause)| self.enter(&mut locked, to, cause));
        drop(locked);
        self.announce(change, ErrorText::Hidden);
    }
}
