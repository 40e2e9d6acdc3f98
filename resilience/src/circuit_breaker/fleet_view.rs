//! What a breaker knows of the fleet's opinions about its dependency. Pure: time is an argument.

use std::time::Duration;

use crate::circuit_state::{Cause, CircuitState, Counts};
use crate::clock::{self, Nanos};
use crate::fleet::opinion::{Verdict, Word};

/// How long the fleet is heeded that is not heard of any more: its word comes every second.
pub(super) const HEEDED: Duration = Duration::from_secs(3);
/// How long a call that waits for a trial counts as waiting: a replica without calls must not keep the right to try.
pub(super) const WANTED: Duration = Duration::from_secs(3);

/// How long a replica lets the others try whose own trial has failed: they hear once a second that they may.
pub(super) const YIELDS: Duration = Duration::from_millis(1_500);

/// Kept under the breaker's lock.
#[derive(Debug, Default)]
pub(super) struct FleetView {
    /// Whether it opened by its own judgement: it follows the others without an opinion of its own.
    is_ours: bool,
    /// Whether its trials have closed it, and the others don't know.
    is_news: bool,
    /// Until when the fleet decides who tries.
    heeded_until: Nanos,
    /// Until when this replica is the one.
    right_until: Nanos,
    /// When a call came last that could have been a trial; 0 for never since the state changed.
    wanted: Nanos,
    forced: Option<CircuitState>,
    /// Whether its own trial has opened it.
    has_failed: bool,
}

impl FleetView {
    /// Whether another replica is to try, or it isn't known yet which.
    pub(super) fn must_wait(&self, now: Nanos) -> bool {
        now < self.heeded_until && now >= self.right_until
    }

    /// Notes a call that is a trial or waits for one; whether it is the first for a while, so that the fleet has to be asked.
    pub(super) fn want(&mut self, now: Nanos) -> bool {
        let is_first = !self.is_wanted(now);
        self.wanted = now;
        is_first
    }

    fn is_wanted(&self, now: Nanos) -> bool {
        self.wanted > 0 && now < clock::after(self.wanted, WANTED)
    }

    /// It has entered a state.
    pub(super) fn enter(&mut self, to: CircuitState, cause: Cause) {
        self.wanted = 0;
        self.is_ours = to == CircuitState::Open && cause != Cause::Shared;
        self.has_failed = matches!(cause, Cause::TrialFailed | Cause::TrialSlow);
        self.is_news = to == CircuitState::Closed && cause == Cause::TrialsSucceeded;
    }

    /// What it says to the others. News is told once; [`unsaid`](Self::unsaid) takes it back.
    pub(super) fn word(&mut self, state: CircuitState, open_until: Nanos, now: Nanos) -> Word {
        if std::mem::take(&mut self.is_news) {
            return Word::Closed;
        }
        match state {
            CircuitState::Open if self.is_ours && open_until > now => {
                Word::Open((open_until - now).div_ceil(1_000))
            }
            _ => Word::Well,
        }
    }

    /// The store has not heard it. It is news as long as it is true.
    pub(super) fn unsaid(&mut self, word: Word, state: CircuitState) {
        self.is_news |= word == Word::Closed && state == CircuitState::Closed;
    }

    /// Whether it would try, were it to have the right: a trial of its own runs, or a call wanted to be one a short while ago.
    pub(super) fn wants_to_try(&self, is_trying: bool, now: Nanos) -> bool {
        is_trying || self.is_wanted(now)
    }

    /// Whether the others are to try first, because its own trial has failed: the fault may be its own, and one bad replica
    /// must not keep all circuits open.
    pub(super) fn yields(&self, open_until: Nanos, now: Nanos) -> bool {
        self.has_failed && now < clock::after(open_until, YIELDS)
    }

    /// Takes the fleet's verdict in; `since` is how long ago the breaker entered its state, in microseconds.
    pub(super) fn heed(
        &mut self,
        (state, since): (CircuitState, u64),
        verdict: Verdict,
        (is_quorum, is_vetoed): (bool, bool),
        (now, lifetime): (Nanos, Duration),
    ) -> Option<(CircuitState, Cause)> {
        self.heeded_until = clock::after(now, HEEDED);
        self.right_until = if verdict.right { clock::after(now, lifetime) } else { 0 };
        if verdict.forced != self.forced {
            self.forced = verdict.forced;
            return match verdict.forced {
                Some(forced) => Some((forced, Cause::Shared)),
                None => Some((CircuitState::Closed, Cause::Reset)),
            };
        }
        let is_closed_since = verdict.closed_since.is_some_and(|closed| closed < since);
        match state {
            CircuitState::Closed if is_quorum && !is_vetoed => {
                Some((CircuitState::Open, Cause::Shared))
            }
            CircuitState::Open | CircuitState::HalfOpen if is_closed_since => {
                Some((CircuitState::Closed, Cause::Shared))
            }
            _ => None,
        }
    }
}

/// Whether so many opinions open a circuit: those of a quorum of the replicas, and never one alone. The ratio is compared
/// as every other, exact for decimal literals.
pub(super) fn is_quorum(others: u32, quorum: f64, replicas: u32) -> bool {
    others >= 2 && f64::from(others) / f64::from(replicas.max(1)) >= quorum
}

/// Whether a replica's own calls contradict the others: enough of them, and more successes than would let it stay closed.
pub(super) fn vetoes(counts: &Counts, min_calls: u64, failure_rate: f64) -> bool {
    let calls = counts.successes + counts.failures;
    calls >= min_calls && counts.successes as f64 / calls as f64 > 1.0 - failure_rate
}
