//! The trial calls of a half-open circuit. Pure.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::clock::{self, Nanos};

/// Slots for trial calls. A slot is free again when its call succeeds not, ignores, or is gone for too long.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// In order of admission, so the first to expire comes first.
    running: VecDeque<Trial>,
    succeeded: u32,
    admitted: u32,
}

#[derive(Debug)]
struct Trial {
    id: TrialId,
    expires: Nanos,
}

/// Names one admitted trial within its generation.
pub(super) type TrialId = NonZeroU32;

impl Trials {
    /// A slot, or how long until the oldest running trial gives its slot up.
    pub(super) fn admit(
        &mut self,
        slots: u32,
        lifetime: Duration,
        now: Nanos,
    ) -> Result<TrialId, Duration> {
        self.reclaim(now);
        match self.running.front() {
            Some(oldest) if self.taken() >= slots as usize => {
                Err(clock::until(oldest.expires, now))
            }
            _ => Ok(self.start(clock::after(now, lifetime))),
        }
    }

    /// Whether the trial still holds its slot; it is given back.
    pub(super) fn finish(&mut self, id: TrialId, now: Nanos) -> bool {
        self.reclaim(now);
        let place = self.running.iter().position(|trial| trial.id == id);
        place.and_then(|place| self.running.remove(place)).is_some()
    }

    /// One more success; how many there are now.
    pub(super) fn succeed(&mut self) -> u32 {
        self.succeeded += 1;
        self.succeeded
    }

    fn taken(&self) -> usize {
        self.succeeded as usize + self.running.len()
    }

    fn start(&mut self, expires: Nanos) -> TrialId {
        self.admitted = self.admitted.wrapping_add(1);
        let id = TrialId::new(self.admitted).unwrap_or(TrialId::MAX);
        self.running.push_back(Trial { id, expires });
        id
    }

    fn reclaim(&mut self, now: Nanos) {
        while self.running.front().is_some_and(|oldest| oldest.expires <= now) {
            self.running.pop_front();
        }
    }
}
