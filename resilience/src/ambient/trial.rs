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

/// The trials around a call, taken along to where it goes on.
#[derive(Debug)]
pub(super) struct Trials(Vec<Trial>);

impl Trials {
    pub(super) const NONE: Self = Self(Vec::new());

    /// Those that run here.
    pub(super) fn current() -> Self {
        Self(TRIALS.try_with(|trials| trials.borrow().clone()).unwrap_or_default())
    }

    /// Runs `f` as part of these trials, and of no others.
    pub(super) fn scope<O>(&mut self, f: impl FnOnce() -> O) -> O {
        /// Swaps back, also when `f` panics.
        struct Restore<'t>(&'t mut Trials);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                self.0.swap();
            }
        }
        self.swap();
        let _restore = Restore(self);
        f()
    }

    fn swap(&mut self) {
        let _ = TRIALS.try_with(|trials| std::mem::swap(&mut *trials.borrow_mut(), &mut self.0));
    }
}

/// Whether a trial of this breaker, admitted in this generation, runs around.
pub(crate) fn is_in_trial(breaker: usize, generation: u64) -> bool {
    let is_it = |trial: &Trial| (trial.breaker, trial.generation) == (breaker, generation);
    TRIALS.try_with(|trials| trials.borrow().iter().any(is_it)).unwrap_or(false)
}
