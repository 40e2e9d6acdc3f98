//! Everything that a healthy call must know about its breaker, in one word: state, duties, generation.

use super::State;
use super::config::{CircuitBreakerConfig, Window};

/// A snapshot of the breaker. Each change of state makes a new one, by its generation; a result whose word isn't the
/// current one is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u64);

const STATE: u64 = 0b111;
/// A success must look at the clock: time buckets may have to go.
const TIMED: u64 = 0b0_1000;
/// The duration of calls matters.
const MEASURED: u64 = 0b1_0000;
const GENERATION_SHIFT: u32 = 8;

impl Word {
    pub(super) const fn new(config: &CircuitBreakerConfig, state: State, generation: u64) -> Self {
        let timed = match config.effective_window() {
            Some(Window::Time(_)) => TIMED,
            _ => 0,
        };
        let measured = if config.slow_call.is_some() { MEASURED } else { 0 };
        Self(state as u64 | timed | measured | generation << GENERATION_SHIFT)
    }

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    pub(super) const fn state(self) -> State {
        State::ALL[(self.0 & STATE) as usize % State::ALL.len()]
    }

    pub(super) const fn generation(self) -> u64 {
        self.0 >> GENERATION_SHIFT
    }

    /// Every call passes: closed, by itself or by force.
    pub(super) const fn passes(self) -> bool {
        matches!(self.0 & STATE, CLOSED | FORCED_CLOSED)
    }

    pub(super) const fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    pub(super) const fn is_measured(self) -> bool {
        self.0 & MEASURED != 0
    }
}

const CLOSED: u64 = State::Closed as u64;
const FORCED_CLOSED: u64 = State::ForcedClosed as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_state_and_generation_apart() {
        for state in State::ALL {
            let word = Word::new(&CircuitBreakerConfig::new(), state, 7);
            assert_eq!((word.state(), word.generation()), (state, 7));
            assert_eq!(word.passes(), matches!(state, State::Closed | State::ForcedClosed));
        }
    }
}
