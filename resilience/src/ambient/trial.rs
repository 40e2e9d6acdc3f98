//! Which trial calls of half-open breakers run around the code that is being polled.

use std::cell::RefCell;
use std::num::NonZeroU64;

thread_local! {
    /// Outermost first. Empty nearly always: then it owns nothing.
    static TRIALS: RefCell<Vec<Trial>> = const { RefCell::new(Vec::new()) };
}

/// A trial call, as calls further in can recognise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trial {
    /// The address of its breaker, which stays where it is while the call lasts.
    pub(crate) breaker: usize,
    pub(crate) generation: u64,
    pub(crate) id: NonZeroU64,
}

impl Trial {
    /// From here on, what this thread does is part of the trial.
    pub(crate) fn enter(self) {
        // A thread that is about to end makes no more calls.
        let _ = TRIALS.try_with(|trials| trials.borrow_mut().push(self));
    }

    /// Ends that; nothing happens if the trial isn't the innermost that runs here.
    pub(crate) fn leave(self) {
        let _ = TRIALS.try_with(|trials| {
            let mut trials = trials.borrow_mut();
            if trials.last() == Some(&self) {
                trials.pop();
            }
        });
    }
}

/// Whether a trial of this breaker, admitted in this generation, runs around.
pub(crate) fn is_in_trial(breaker: usize, generation: u64) -> bool {
    let is_it = |trial: &Trial| (trial.breaker, trial.generation) == (breaker, generation);
    TRIALS.try_with(|trials| trials.borrow().iter().any(is_it)).unwrap_or(false)
}
