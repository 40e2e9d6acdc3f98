//! A change of what the admin routes set: judged as a whole with file and environment, then in force or not at all.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::entries::{self, End, Entry, Options};
use super::wish::{self, Author, Wish};
use super::{PLACE, in_attribute_words};
use crate::grammar::Literal;
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::overrides::join::turn;
use crate::overrides::layers::{Base, Spot};
use crate::overrides::leaf;
use crate::overrides::plan::{Plan, policies};
use crate::overrides::problems::Problems;
use crate::overrides::reloads;
use crate::overrides::resolve::{ByName, unmatched};
use crate::overrides::value::of_json;
use crate::problem::Problem;
use crate::stack::event::{self, BY_HAND};

/// What a change comes to.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    kind: PolicyKind,
    name: Name,
    /// Whether it was asked for only.
    dry_run: bool,
    /// The options that it names or changes, as they were.
    old: Map<String, Json>,
    /// The same, as they are now or would be.
    new: Map<String, Json>,
    /// In milliseconds since the Unix epoch; `null`: until it is taken away.
    expires_at_ms: Option<u64>,
}

/// The kind of policy that is written so, or what is wrong with the word.
pub(crate) fn kind(word: &str) -> Result<PolicyKind, Rejected> {
    leaf::kind(word).ok_or_else(|| Rejected::Unknown(leaf::unknown_kind(word)))
}

/// Why nothing was changed.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// No policy has that name.
    Unknown(String),
    /// What is wrong.
    Mistakes(Problems),
}

impl Rejected {
    /// Each problem; what the request itself says needs no place.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |problem: &Problem| match problem.place() {
            Some(PLACE) => problem.text().to_owned(),
            _ => problem.to_string(),
        };
        match self {
            Self::Unknown(text) => vec![text.clone()],
            Self::Mistakes(problems) => problems.iter().map(text).collect(),
        }
    }
}

/// Sets options of one policy.
pub(crate) fn change(wish: &Wish) -> Result<Answer, Rejected> {
    let spot = spot(wish.kind, &wish.name)?;
    let end = wish.lasts.map(|lasts| End::after(lasts).ok_or_else(too_long)).transpose()?;
    let unix_ms = end.as_ref().map(|end| end.unix_ms);
    let named = wish.options.keys().map(String::as_str).collect::<Vec<_>>();
    let set = |options: &mut Options| {
        for (option, json) in &wish.options {
            let entry = of_json(json).map(|value| Entry {
                leaf: wish::leaf(spot.0, spot.1, option, value),
                author: wish.author.clone(),
                end: end.clone(),
            });
            put(options, option, entry);
        }
    };
    let [old, new] = commit(spot, &named, set, &wish.author, "reconfigure", wish.dry_run)?;
    Ok(answer(spot, wish.dry_run, [old, new], unix_ms))
}

/// Takes everything away that the admin routes set for a policy.
pub(crate) fn withdraw(
    kind: PolicyKind,
    name: &str,
    author: &Author,
    dry_run: bool,
) -> Result<Answer, Rejected> {
    let spot = spot(kind, name)?;
    let values = commit(spot, &[], Options::clear, author, "restore", dry_run)?;
    Ok(answer(spot, dry_run, values, None))
}

fn answer(
    spot: Spot,
    dry_run: bool,
    [old, new]: [Map<String, Json>; 2],
    end: Option<u64>,
) -> Answer {
    Answer { kind: spot.0, name: Name::new(spot.1), dry_run, old, new, expires_at_ms: end }
}

fn put(options: &mut Options, option: &str, entry: Option<Entry>) {
    match entry {
        Some(entry) => drop(options.insert(option.to_owned(), entry)),
        None => drop(options.remove(option)),
    }
}

/// Changes the entries of one policy; what it was and would be, of the options that are named or differ.
fn commit(
    spot: Spot,
    named: &[&str],
    change: impl FnOnce(&mut Options),
    author: &Author,
    action: &'static str,
    dry_run: bool,
) -> Result<[Map<String, Json>; 2], Rejected> {
    let mut turn = turn();
    let mut entries = entries::all();
    change(entries.entry(spot).or_default());
    let plan = plan(&turn, &entries).map_err(Rejected::Mistakes)?;
    let values = plan.old_and_new(spot).unwrap_or_default();
    let values = of_interest(values, named);
    if dry_run {
        return Ok(values);
    }
    entries::replace(entries);
    let done = plan.put(&mut turn);
    drop(turn);
    reloads::note_applied();
    tell(spot, author, action);
    done.tell().map_err(Rejected::Mistakes)?;
    Ok(values)
}

pub(super) fn plan(base: &Base, entries: &BTreeMap<Spot, Options>) -> Result<Plan, Problems> {
    let base = Base { leaves: base.leaves.clone(), allow_unknown: base.allow_unknown };
    Plan::under(base, entries::leaves_of(entries))
}

fn of_interest(
    [mut old, mut new]: [Map<String, Json>; 2],
    named: &[&str],
) -> [Map<String, Json>; 2] {
    let changed: Vec<_> = new
        .iter()
        .filter(|(option, value)| old.get(*option) != Some(value))
        .map(|(option, _)| option.clone())
        .collect();
    let is_wanted =
        |option: &str| named.contains(&option) || changed.iter().any(|one| one == option);
    for values in [&mut old, &mut new] {
        values.retain(|option, _| is_wanted(option));
        values.values_mut().for_each(in_attribute_words);
    }
    [old, new]
}

/// Puts entries of an earlier run in force.
pub(super) fn put_back(entries: BTreeMap<Spot, Options>) -> Result<(), Problems> {
    let mut turn = turn();
    let mut all = entries::all();
    all.extend(entries);
    let plan = plan(&turn, &all)?;
    entries::replace(all);
    let done = plan.put(&mut turn);
    drop(turn);
    done.tell()
}

/// The one policy of that name.
fn spot(kind: PolicyKind, name: &str) -> Result<Spot, Rejected> {
    let (known, _): (Vec<_>, Vec<_>) = policies().into_iter().unzip();
    let asked = wish::leaf(kind, name, "", Literal::Other);
    let found = known.iter().find(|policy| asked.reaches(policy));
    match (found, unmatched(&asked, &ByName::new(&known))) {
        (Some(policy), None) => Ok((policy.kind, policy.name)),
        (Some(_), Some(problem)) => Err(Rejected::Mistakes(Problems::new(vec![problem]))),
        (None, problem) => {
            let text = problem.map(|problem| problem.text().to_owned());
            Err(Rejected::Unknown(text.unwrap_or_default()))
        }
    }
}

fn too_long() -> Rejected {
    let text = "`for`: no clock goes that far: write `forever`";
    Rejected::Mistakes(Problems::new(vec![Problem::new(text)]))
}

/// Tells that the program took away what was set for these policies.
pub(in crate::overrides) fn tell_forgotten(spots: &[Spot]) {
    let author = Author { by: BY_HAND.into(), reason: None };
    for spot in spots {
        tell(*spot, &author, "restore");
    }
}

pub(super) fn tell((kind, name): Spot, author: &Author, action: &'static str) {
    event::administered(kind, Name::new(name), None, action, &author.by, author.reason.as_deref());
}
