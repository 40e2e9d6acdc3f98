//! What every policy comes to, and where each of its options comes from.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{entries, in_attribute_words};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::overrides::layers;
use crate::overrides::plan::policy;
use crate::overrides::resolve::Known;
use crate::overrides::target::{Target, overridden as overridden_options, target};
use crate::registry::registry;

/// One policy: options in force, and their sources.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    kind: PolicyKind,
    name: Name,
    location: String,
    /// `None` for kinds without.
    mode: Option<Mode>,
    effective: Map<String, Json>,
    /// Of each option: `attribute file:line`, `file:line:column`, a variable, `program`, or `admin`.
    sources: Map<String, Json>,
    /// What the attribute says about the options that are not so.
    declared: Map<String, Json>,
    /// What the admin routes set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    admin: Vec<Set>,
}

/// One option that was set through the admin routes.
#[derive(Debug, Serialize)]
struct Set {
    option: String,
    by: String,
    reason: Option<String>,
    expires_at_ms: Option<u64>,
}

/// Every policy that has options and is wanted, each as of the moment when it is asked for.
pub(crate) fn reports(
    wanted: impl Fn(PolicyKind, &str) -> bool + Send + 'static,
) -> impl Iterator<Item = Report> + Send + 'static {
    let policies = registry().listed().filter_map(policy);
    let wanted = policies.filter(move |(known, _)| wanted(known.kind, known.name));
    wanted.map(|(known, target)| Report::of(known, target))
}

/// A policy that is not as its attribute says, for everybody: how, but not what exactly.
#[derive(Debug, Serialize)]
pub(crate) struct Overridden {
    kind: PolicyKind,
    name: Name,
    mode: Mode,
    /// How many options, mode and state included.
    options: u64,
}

/// All of them, and nothing for each other policy: there may be thousands, to be read in pieces.
pub(crate) fn overridden() -> impl Iterator<Item = Option<Overridden>> + Send + 'static {
    registry().listed().map(|listed| {
        let (kind, name) = (listed.kind(), listed.identity().name());
        let mode = target(listed)?.mode().unwrap_or_default();
        let options = overridden_options(listed);
        (options > 0 || mode != Mode::Enforce).then_some(Overridden { kind, name, mode, options })
    })
}

impl Report {
    fn of(known: Known, target: &'static dyn Target) -> Self {
        let spot = (known.kind, known.name);
        let mut effective = target.in_force();
        effective.values_mut().for_each(in_attribute_words);
        let attribute = format!("attribute {}", known.place);
        let mut sources: Map<_, _> =
            effective.keys().map(|option| (option.clone(), attribute.clone().into())).collect();
        let by_hand = target.own().1.into_iter().map(|option| (option, "program".to_owned()));
        for (option, origin) in by_hand.chain(layers::origins(spot).options) {
            sources.insert(option, origin.into());
        }
        let mut declared = target.declared();
        declared.values_mut().for_each(in_attribute_words);
        declared.retain(|option, value| effective.get(option) != Some(value));
        let admin = entries::of(spot).into_iter().map(|(option, entry)| Set {
            option,
            by: entry.author.by.to_string(),
            reason: entry.author.reason.as_deref().map(str::to_owned),
            expires_at_ms: entry.end.map(|end| end.unix_ms),
        });
        let (admin, name) = (admin.collect(), Name::new(known.name));
        let (kind, location, mode) = (known.kind, known.place, target.mode());
        Self { kind, name, location, mode, effective, sources, declared, admin }
    }
}
