//! An outage over time: what became of the calls that began in each quarter of a second.

use std::time::{Duration, Instant};

use super::figures::Seen;
use super::{Call, Outcome};

/// How long a slot lasts.
pub const SLOT: Duration = Duration::from_millis(250);
/// A fallback that took less waited for nothing that failed: a policy had rejected the call.
const AT_ONCE: Duration = Duration::from_millis(10);

/// What became of the calls of a run, slot by slot.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// Since the load began.
    pub fault_began: Duration,
    /// Since the load began.
    pub fault_ended: Duration,
    /// From the begin of the load to its end.
    pub slots: Vec<Slot>,
}

/// Calls that began in a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// With the full answer.
    pub answered: usize,
    /// With the answer that is defined for an outage, at once.
    pub rejected: usize,
    /// With that answer, after something was waited for.
    pub fallbacks: usize,
    /// With an error, or none.
    pub failed: usize,
}

impl Timeline {
    pub(super) fn new(seen: &Seen, calls: &[Call]) -> Self {
        Self {
            fault_began: seen.began - seen.start,
            fault_ended: seen.ended - seen.start,
            slots: slots(seen.start, calls),
        }
    }
}

/// The last slot is left out: it may have ended early.
fn slots(start: Instant, calls: &[Call]) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for call in calls.iter().filter(|call| call.begun >= start) {
        let slot = ((call.begun - start).as_nanos() / SLOT.as_nanos()) as usize;
        if slots.len() <= slot {
            slots.resize(slot + 1, Slot::default());
        }
        slots[slot].count(call);
    }
    slots.pop();
    slots
}

impl Slot {
    fn count(&mut self, call: &Call) {
        match call.outcome {
            Outcome::Answered | Outcome::Cached => self.answered += 1,
            Outcome::Fallback if call.took < AT_ONCE => self.rejected += 1,
            Outcome::Fallback => self.fallbacks += 1,
            Outcome::Failed => self.failed += 1,
        }
    }

    pub(super) fn calls(self) -> usize {
        self.answered + self.rejected + self.fallbacks + self.failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_counts_where_it_began() {
        let start = Instant::now();
        let call = |ms, took, outcome| Call {
            number: 1,
            begun: start + Duration::from_millis(ms),
            took: Duration::from_millis(took),
            outcome,
        };
        let calls = [
            call(0, 1000, Outcome::Answered),
            call(249, 1000, Outcome::Cached),
            call(250, 1000, Outcome::Failed),
            call(600, 1000, Outcome::Fallback),
            call(700, 1, Outcome::Fallback),
            call(800, 1000, Outcome::Failed),
        ];
        let counted = slots(start, &calls);
        let shown = |slot: &Slot| [slot.answered, slot.rejected, slot.fallbacks, slot.failed];
        let shown: Vec<_> = counted.iter().map(shown).collect();
        assert_eq!(shown, [[2, 0, 0, 0], [0, 0, 0, 1], [0, 1, 1, 0]]);
    }
}
