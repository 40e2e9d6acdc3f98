//! A plan that was put in force, and is to be told.

use super::layers::{self, Spot};
use super::problems::Problems;
use super::target::Target;
use crate::problem::Problem;
use crate::stack::event::{Change, tell_changes};

/// What was put in force, and is to be told.
#[must_use = "states are not forced before it is told"]
#[derive(Default)]
pub(super) struct Done {
    pub(super) warnings: Vec<Problem>,
    pub(super) changes: Vec<Change>,
    pub(super) forced: Vec<(&'static dyn Target, Spot)>,
    pub(super) reconfigured: Vec<&'static dyn Target>,
    pub(super) problems: Vec<Problem>,
}

impl Done {
    /// Whether nothing failed.
    pub(super) fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    /// Under no lock, because hooks run.
    pub(super) fn tell(self) -> Result<(), Problems> {
        for warning in &self.warnings {
            tracing::warn!(target: "resilience::overrides", event = "override_without_effect", "{warning}");
        }
        for (target, spot) in self.forced {
            force(target, spot);
        }
        for target in self.reconfigured {
            target.tell();
        }
        tell_changes(&self.changes);
        if self.problems.is_empty() { Ok(()) } else { Err(Problems::new(self.problems)) }
    }
}

/// Forces the state that overrides want by now: a hook, or another thread, may have changed them meanwhile, and the last
/// change is to have the last word.
fn force(target: &dyn Target, spot: Spot) {
    let mut state = layers::forced(spot);
    loop {
        target.force(state);
        let wanted = layers::forced(spot);
        if wanted == state {
            return;
        }
        state = wanted;
    }
}
