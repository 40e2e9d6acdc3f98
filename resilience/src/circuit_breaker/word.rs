//! Everything that a healthy call must know about its breaker, in one word: state, duties, generation.

use super::config::{CircuitBreakerConfig, Window};
use crate::circuit_state::CircuitState;

/// A snapshot of the breaker. Each change of state makes a new one, by its generation; a result whose word isn't the
/// current one is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u64);

const STATE: u64 = 0b111;
const NOT_PASSING: u64 = 0b011;
/// A success must look at the clock: time buckets may have to go.
const TIMED: u64 = 0b0_1000;
/// The duration of calls matters.
const MEASURED: u64 = 0b1_0000;
/// What the breaker decides is not enforced: every call takes the slow path, where its mode is looked at.
const UNENFORCED: u64 = 0b10_0000;
/// Marks the word of a call that came by the slow path, and must leave by it. The breaker's own word never has this mark
/// or those below, so that one comparison tells a call that may take the fast path from one that is stale, a trial or
/// measured.
const BY_SLOW_PATH: u64 = 1 << 6;
/// The call's outcome means nothing: it is part of a trial further out, or let pass by the breaker's mode.
const UNJUDGED: u64 = 1 << 7;
/// The call waits in a queue of ours: its body has not begun.
const WAITING: u64 = 1 << 8;
/// The call is being polled again.
const RESUMED: u64 = 1 << 9;
/// The call has ended, and its body has not begun.
const NEVER_BEGUN: u64 = 1 << 10;
const MARKS: u64 = BY_SLOW_PATH | UNJUDGED | WAITING | RESUMED | NEVER_BEGUN;
const GENERATION_SHIFT: u32 = 11;

impl Word {
    pub(super) const fn new(
        config: &CircuitBreakerConfig,
        state: CircuitState,
        generation: u64,
    ) -> Self {
        let timed = match config.effective_window() {
            Some(Window::Time(_)) => TIMED,
            _ => 0,
        };
        let measured = if config.slow_call.is_some() || config.latency { MEASURED } else { 0 };
        Self(state as u64 | timed | measured | generation << GENERATION_SHIFT)
    }

    #[inline]
    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    #[inline]
    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    pub(super) const fn state(self) -> CircuitState {
        CircuitState::ALL[(self.0 & STATE) as usize % CircuitState::ALL.len()]
    }

    #[inline]
    pub(super) const fn generation(self) -> u64 {
        self.0 >> GENERATION_SHIFT
    }

    /// Every call passes: closed, by itself or by force. Of the states only those two lack both lower bits.
    #[inline]
    pub(super) const fn passes(self) -> bool {
        self.0 & NOT_PASSING == 0
    }

    /// Every call passes, and its duration doesn't matter.
    #[inline]
    pub(super) const fn passes_untimed(self) -> bool {
        self.0 & (NOT_PASSING | MEASURED | UNENFORCED) == 0
    }

    /// A call that came by the fast path, and may leave by it.
    pub(super) const fn is_plain(self) -> bool {
        self.0 & MARKS == 0
    }

    /// The same under a mode.
    pub(super) const fn enforced(self, enforced: bool) -> Self {
        Self(if enforced { self.0 & !UNENFORCED } else { self.0 | UNENFORCED })
    }

    pub(super) const fn is_enforced(self) -> bool {
        self.0 & UNENFORCED == 0
    }

    pub(super) const fn unjudged(self) -> Self {
        Self(self.0 | UNJUDGED)
    }

    pub(super) const fn is_unjudged(self) -> bool {
        self.0 & UNJUDGED != 0
    }

    /// Whether nothing but the mode has changed between the two.
    pub(super) const fn is_same_generation(self, other: Self) -> bool {
        self.enforced(true).0 == other.enforced(true).0
    }

    pub(super) const fn by_slow_path(self) -> Self {
        Self(self.0 | BY_SLOW_PATH)
    }

    /// After a poll that left its call pending.
    pub(super) const fn paused(self, waits: bool) -> Self {
        Self(self.0 & !(RESUMED | WAITING) | if waits { WAITING } else { 0 })
    }

    pub(super) const fn is_waiting(self) -> bool {
        self.0 & WAITING != 0
    }

    pub(super) const fn resumed(self) -> Self {
        Self(self.0 | RESUMED)
    }

    /// The call is being polled again, after it waited in a queue.
    pub(super) const fn has_waited(self) -> bool {
        self.0 & (RESUMED | WAITING) == RESUMED | WAITING
    }

    /// The call is being polled again, and its body had begun before.
    pub(super) const fn had_begun(self) -> bool {
        self.0 & (RESUMED | WAITING) == RESUMED
    }

    pub(super) const fn never_begun(self) -> Self {
        Self(self.0 | NEVER_BEGUN)
    }

    pub(super) const fn has_begun(self) -> bool {
        self.0 & NEVER_BEGUN == 0
    }

    /// The breaker's word that this one was made from.
    pub(super) const fn unmarked(self) -> Self {
        Self(self.0 & !MARKS)
    }

    #[inline]
    pub(super) const fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    #[inline]
    pub(super) const fn is_measured(self) -> bool {
        self.0 & MEASURED != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_state_and_generation_apart() {
        for state in CircuitState::ALL {
            let word = Word::new(&CircuitBreakerConfig::new(), state, 7);
            assert_eq!((word.state(), word.generation()), (state, 7));
            assert_eq!(
                word.passes(),
                matches!(state, CircuitState::Closed | CircuitState::ForcedClosed)
            );
        }
    }
}
