//! What the policies of new keys are made from: options and mode may have changed since they were declared.

use crate::current::Configured;
use crate::mode::Mode;
use crate::name::Identity;
use crate::problem::Problem;
use crate::sync::Mutex;

/// Options of which each key's policy has its own.
#[derive(Debug)]
pub struct Template<C> {
    pub(super) identity: Identity,
    pub(super) declared: C,
    in_force: Mutex<(C, Mode)>,
}

impl<C: Clone + PartialEq> Template<C> {
    pub(super) fn new(identity: Identity, config: &C) -> Self {
        let in_force = Mutex::new((config.clone(), Mode::Enforce));
        Self { identity, declared: config.clone(), in_force }
    }

    pub(super) fn update(&self, config: &C, mode: Mode) {
        *self.in_force.lock() = (config.clone(), mode);
    }

    /// Brings a policy, and what it has, up to date.
    pub(super) fn refresh<P>(&self, policy: &P, config: &C, mode: Mode) -> Result<(), Problem>
    where
        P: Configured<Config = C>,
    {
        let (wanted, wanted_mode) = self.in_force.lock().clone();
        if mode != wanted_mode {
            policy.change_mode(wanted_mode);
        }
        if *config == wanted { Ok(()) } else { policy.change_config(wanted) }
    }
}
