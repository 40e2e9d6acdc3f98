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

    const CLOSED: Word =
        Word::new(&CircuitBreakerConfig::new(), CircuitState::Closed, u64::MAX >> GENERATION_SHIFT);

    #[test]
    fn a_mark_is_set_once_and_taken_off_by_unmarked() {
        let marks: [fn(Word) -> Word; 5] = [
            Word::by_slow_path,
            Word::unjudged,
            |word| word.paused(true),
            Word::resumed,
            Word::never_begun,
        ];
        for mark in marks {
            let marked = mark(CLOSED);
            assert_ne!(marked, CLOSED);
            assert_eq!((mark(marked), marked.unmarked()), (marked, CLOSED));
        }
        let all = marks.iter().fold(CLOSED, |word, mark| mark(word));
        assert_eq!(
            (all.unmarked(), all.generation(), all.state()),
            (CLOSED, CLOSED.generation(), CLOSED.state())
        );
    }

    #[test]
    fn each_mark_is_read_back_whatever_else_is_marked() {
        let answers = |word: Word| {
            [
                word.is_unjudged(),
                word.is_waiting(),
                word.has_waited(),
                word.had_begun(),
                word.has_begun(),
            ]
        };
        let (no, yes) = (false, true);
        assert_eq!(answers(CLOSED), [no, no, no, no, yes]);
        assert_eq!(answers(CLOSED.by_slow_path()), [no, no, no, no, yes]);
        assert_eq!(answers(CLOSED.unjudged()), [yes, no, no, no, yes]);
        assert_eq!(answers(CLOSED.paused(true)), [no, yes, no, no, yes]);
        assert_eq!(answers(CLOSED.resumed()), [no, no, no, yes, yes]);
        assert_eq!(answers(CLOSED.paused(true).resumed()), [no, yes, yes, no, yes]);
        assert_eq!(answers(CLOSED.paused(true).resumed().paused(false)), [no, no, no, no, yes]);
        assert_eq!(answers(CLOSED.resumed().paused(true)), [no, yes, no, no, yes]);
        assert_eq!(answers(CLOSED.never_begun().unjudged()), [yes, no, no, no, no]);
    }

    #[test]
    fn only_a_mode_leaves_the_generation_the_same() {
        let observed = CLOSED.enforced(false);
        assert_eq!((observed.enforced(true), observed.enforced(false)), (CLOSED, observed));
        assert!(!observed.is_enforced() && CLOSED.is_enforced());
        assert!(!observed.passes_untimed() && CLOSED.passes_untimed());
        assert!(CLOSED.is_same_generation(observed) && observed.is_same_generation(CLOSED));
        let next = Word::new(&CircuitBreakerConfig::new(), CircuitState::Open, 1);
        assert!(!CLOSED.is_same_generation(next) && !next.passes_untimed());
    }

    #[test]
    fn duties_are_those_of_the_config() {
        let duties = |config: &CircuitBreakerConfig| {
            let word = Word::new(config, CircuitState::Closed, 1);
            (word.is_timed(), word.is_measured(), word.passes_untimed())
        };
        let config = CircuitBreakerConfig::new;
        assert_eq!(duties(&config().window(Window::Calls(9))), (false, false, true));
        assert_eq!(
            duties(&config().window(Window::Time(std::time::Duration::from_secs(9)))),
            (true, false, true)
        );
        let slow = config().window(Window::Calls(9)).slow_call(std::time::Duration::from_secs(1));
        assert_eq!(duties(&slow), (false, true, false));
        assert_eq!(duties(&config().window(Window::Calls(9)).latency(true)), (false, true, false));
    }
}
