//! A policy of any kind as something whose options, mode and state can be set.

use std::any::Any;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::layers;
use super::leaf::Leaf;
use super::options::{Options, Setter, is_code};
use super::resolve::Known;
use super::timing::Timing;
use crate::configured::with_configured;
use crate::current::{self, Configured, Forced, ModeCell, allowed};
use crate::grammar::{options, unknown_option};
use crate::keyed::Keyed;
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::{Listable, Listed};
use crate::problem::Problem;
use crate::retry::RetryConfig;
use crate::timeout::TimeoutConfig;

/// What overrides do with a policy.
pub(super) trait Target: Sync {
    /// What is wrong with one override by itself.
    fn check(&self, known: &Known, leaf: &Leaf) -> Option<Problem>;
    /// The config under these overrides.
    fn plan(&'static self, leaves: &[&Leaf]) -> Result<Planned, Problem>;
    /// The options in force.
    fn in_force(&self) -> Map<String, Json>;
    /// The options that the attribute set.
    #[cfg(feature = "axum")]
    fn declared(&self) -> Map<String, Json>;
    /// The options that the program set, and those of them that it set by hand.
    fn own(&self) -> (Map<String, Json>, Vec<String>);
    /// Whether the program has set nothing by hand.
    fn is_untouched(&self) -> bool;
    fn mode(&self) -> Option<Mode>;
    /// What the program said by hand about the mode.
    fn own_mode(&self) -> Option<Mode>;
    fn put_mode(&self, mode: Mode);
    /// Forgets what the program set by hand: what is in force stays so until the next plan.
    fn forget_by_hand(&self);
    /// Tells hooks what a config that was put in force has changed beside the options.
    fn tell(&self);
    fn listed(&'static self) -> Listed;
    /// Enters a forced state, or leaves it.
    fn force(&self, state: Option<Forced>);
}

/// A config that is ready to be put in force.
pub(super) struct Planned {
    pub(super) options: Map<String, Json>,
    pub(super) timing: Timing,
    /// `None`: it is in force.
    pub(super) put: Option<Put>,
}

type Put = Box<dyn FnOnce() -> Result<(), Problem> + Send + Sync>;

/// How many options of a policy, mode and state included, are not as its attribute says, whatever set them.
pub(crate) fn overridden(listed: Listed) -> u64 {
    let Some(target) = target(listed) else { return 0 };
    let mut options = layers::overridden((listed.kind(), listed.identity().name().as_str()));
    if !target.is_untouched() {
        options.extend(target.own().1);
        options.extend(target.own_mode().map(|_| "mode".to_owned()));
    }
    options.len() as u64
}

/// The policy behind an entry of the registry; `None` for those without options.
pub(super) fn target(listed: Listed) -> Option<&'static dyn Target> {
    fn of<P: Target + Any>(listed: Listed) -> Option<&'static dyn Target> {
        listed.policy::<P>().map(|policy| policy as &dyn Target)
    }
    macro_rules! first_of {
        ([] $($plain:ty),*; $($per_key:ty),*) => {
            None
                $(.or_else(|| of::<$plain>(listed)))*
                $(.or_else(|| of::<Keyed<$per_key>>(listed)))*
        };
    }
    with_configured!(first_of [])
}

impl<P> Target for P
where
    P: Configured + Listable + Sync,
    P::Config: Options + Serialize + Clone + PartialEq + Send + Sync,
{
    fn check(&self, known: &Known, leaf: &Leaf) -> Option<Problem> {
        if let Some(set) = setter::<P::Config>(&leaf.option) {
            let sentence = set(self.current().declared().clone(), &leaf.value).err()?;
            return Some(about(leaf, &sentence));
        }
        let text = match leaf.option.as_str() {
            "mode" if self.modes().is_some() => {
                let problem = read_mode(leaf).and_then(|mode| allowed(P::KIND, mode)).err()?;
                return Some(about(leaf, &problem));
            }
            "state" if P::HAS_STATE => return Some(about(leaf, &read_state(leaf).err()?)),
            option if is_code(option) => {
                format!("`{option}` is code; it can only be changed there ({})", known.place)
            }
            option => {
                let also = [("mode", self.modes().is_some()), ("state", P::HAS_STATE)];
                unknown::<P::Config>(P::KIND, option, also)
            }
        };
        Some(Problem::at(leaf.places.option.clone(), text))
    }

    fn plan(&'static self, leaves: &[&Leaf]) -> Result<Planned, Problem> {
        let mut config = self.current().by_hand().clone();
        for leaf in leaves {
            if let Some(set) = setter::<P::Config>(&leaf.option) {
                config = set(config, &leaf.value).map_err(|sentence| about(leaf, &sentence))?;
            }
        }
        let set: Vec<_> = leaves.iter().map(|leaf| leaf.option.as_str()).collect();
        if let Err(sentence) = config.check(&set) {
            return Err(blamed(leaves, &sentence));
        }
        let (options, timing) = (options(&config), timing(&config));
        let is_in_force = config == *self.current().get();
        let put = (!is_in_force).then(|| Box::new(move || self.change_config(config)) as Put);
        Ok(Planned { options, timing, put })
    }

    fn in_force(&self) -> Map<String, Json> {
        options(self.current().get())
    }

    #[cfg(feature = "axum")]
    fn declared(&self) -> Map<String, Json> {
        options(self.current().declared())
    }

    fn own(&self) -> (Map<String, Json>, Vec<String>) {
        let (declared, own) =
            (options(self.current().declared()), options(self.current().by_hand()));
        let by_hand = own.iter().filter(|(option, value)| declared.get(*option) != Some(value));
        let by_hand = by_hand.map(|(option, _)| option.clone()).collect();
        (own, by_hand)
    }

    fn is_untouched(&self) -> bool {
        let current = self.current();
        std::ptr::eq(current.declared(), current.by_hand()) && self.own_mode().is_none()
    }

    fn mode(&self) -> Option<Mode> {
        self.modes().map(ModeCell::get)
    }

    fn own_mode(&self) -> Option<Mode> {
        self.modes().and_then(ModeCell::by_hand)
    }

    fn put_mode(&self, mode: Mode) {
        self.change_mode(mode);
    }

    fn forget_by_hand(&self) {
        current::forget_by_hand(self);
    }

    fn tell(&self) {
        Configured::tell(self);
    }

    fn listed(&'static self) -> Listed {
        Listable::listed(self)
    }

    fn force(&self, state: Option<Forced>) {
        Configured::force(self, state);
    }
}

fn setter<C: Options>(option: &str) -> Option<Setter<C>> {
    C::OPTIONS.iter().find(|(name, _)| *name == option).map(|(_, set)| *set)
}

/// What a config does to the time of a call.
fn timing(config: &dyn Any) -> Timing {
    if let Some(config) = config.downcast_ref::<TimeoutConfig>() {
        return config.fixed_limit().map_or(Timing::Other, Timing::Limit);
    }
    match config.downcast_ref::<RetryConfig>() {
        Some(config) => Timing::Delays(config.delays()),
        None => Timing::Other,
    }
}

/// A sentence about a value, at the value.
pub(super) fn about(leaf: &Leaf, sentence: &str) -> Problem {
    Problem::at(leaf.places.value.clone(), named(leaf, sentence))
}

/// A sentence about options together, at the first option that it names of those that were overridden.
fn blamed(leaves: &[&Leaf], sentence: &str) -> Problem {
    let position = |leaf: &&&Leaf| mention(sentence, &leaf.option);
    let first = leaves.iter().filter(|leaf| position(leaf).is_some()).min_by_key(position);
    match first.or(leaves.last()) {
        Some(leaf) => Problem::at(leaf.places.option.clone(), named(leaf, sentence)),
        None => Problem::new(sentence.to_owned()),
    }
}

/// Where a sentence names an option: by itself, or with a value to write.
fn mention(sentence: &str, option: &str) -> Option<usize> {
    let ends = |rest: &str| rest.starts_with(['`', ' ']);
    let mut found = sentence.match_indices('`').map(|(at, _)| at);
    found.find(|at| sentence[at + 1..].strip_prefix(option).is_some_and(ends))
}

/// Sentences that don't name an option begin with it.
fn named(leaf: &Leaf, sentence: &str) -> String {
    if mention(sentence, &leaf.option).is_some() {
        sentence.to_owned()
    } else {
        format!("`{}`: {sentence}", leaf.option)
    }
}

/// The mode that an override asks for.
pub(super) fn read_mode(leaf: &Leaf) -> Result<Mode, String> {
    leaf.value.choice(&Mode::ALL.map(|mode| (mode.as_str(), mode)))
}

/// The state that an override asks for; `None` is the breaker's own judgement.
pub(super) fn read_state(leaf: &Leaf) -> Result<Option<Forced>, String> {
    leaf.value.choice(&[
        ("closed", None),
        ("forced-open", Some(Forced::Open)),
        ("forced-closed", Some(Forced::Closed)),
    ])
}

fn unknown<C: Options>(kind: PolicyKind, option: &str, also: [(&'static str, bool); 2]) -> String {
    let also = also.into_iter().filter(|(_, valid)| *valid).map(|(name, _)| name);
    let valid: Vec<_> = C::OPTIONS.iter().map(|(name, _)| *name).chain(also).collect();
    unknown_option(option, kind.in_words(), &valid)
}
