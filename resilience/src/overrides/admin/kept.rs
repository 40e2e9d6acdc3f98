//! What the admin routes set as text in the overrides' own grammar, with what belongs to each option beside it:
//! `attempts = 1`, `"attempts.by" = "ada"`, `"attempts.expires_at_ms" = 1764435600000`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::entries::{self, End, Entry, Options};
use super::wish::{self, Author};
use super::{PLACE, commit};
use crate::grammar::Literal;
#[cfg(test)]
use crate::kind::PolicyKind;
use crate::overrides::leaf::{Kinds, Leaf};
use crate::overrides::persist::quoted;
use crate::overrides::plan::policies;
use crate::overrides::problems::Problems;
use crate::overrides::resolve::Known;
use crate::problem::Problem;

/// What stands beside an option.
const BY: &str = "by";
const REASON: &str = "reason";
const EXPIRES: &str = "expires_at_ms";

/// What is in force now.
pub(in crate::overrides) fn write(text: &mut String) {
    for ((kind, name), options) in entries::all() {
        let alive: Vec<_> = options.iter().filter(|(_, entry)| entry.is_alive()).collect();
        if alive.is_empty() {
            continue;
        }
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n[{kind}.{}]", quoted(name));
        for (option, entry) in alive {
            write_entry(text, option, entry);
        }
    }
}

fn write_entry(text: &mut String, option: &str, entry: &Entry) {
    let Entry { leaf, author, end } = entry;
    let beside = |what: &str| quoted(&format!("{option}.{what}"));
    let _ = writeln!(text, "{option} = {}", toml(&leaf.value));
    let _ = writeln!(text, "{} = {}", beside(BY), quoted(&author.by));
    if let Some(reason) = &author.reason {
        let _ = writeln!(text, "{} = {}", beside(REASON), quoted(reason));
    }
    if let Some(end) = end {
        let _ = writeln!(text, "{} = {}", beside(EXPIRES), end.unix_ms);
    }
}

fn toml(value: &Literal) -> String {
    match value {
        Literal::Text(text) => quoted(text),
        Literal::Integer(digits) | Literal::Float(digits) => digits.clone(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::List(values) => {
            let values: Vec<_> = values.iter().map(toml).collect();
            format!("[{}]", values.join(", "))
        }
        // None was accepted.
        Literal::Other => "[]".into(),
    }
}

/// An option as the file has it.
#[derive(Debug, PartialEq)]
pub(in crate::overrides) struct Kept {
    leaf: Leaf,
    author: Author,
    expires_at_ms: Option<u64>,
}

/// What stands beside options, by policy and option.
type Beside = BTreeMap<(Kinds, String, String), Facts>;

#[derive(Clone, Debug, Default)]
struct Facts {
    by: Option<String>,
    reason: Option<String>,
    expires_at_ms: Option<u64>,
}

/// Tells options that the admin routes had set from states that were forced by hand: nothing stands beside these.
pub(in crate::overrides) fn split(leaves: Vec<Leaf>) -> Result<(Vec<Kept>, Vec<Leaf>), Problem> {
    let (beside, leaves): (Vec<_>, Vec<_>) =
        leaves.into_iter().partition(|leaf| leaf.option.contains('.'));
    let mut facts = Beside::new();
    for leaf in &beside {
        note(&mut facts, leaf)?;
    }
    let (mut kept, mut by_hand) = (Vec::new(), Vec::new());
    for leaf in leaves {
        let facts = facts.remove(&key(&leaf, &leaf.option)).unwrap_or_default();
        if leaf.option == "state" && facts.by.is_none() {
            by_hand.push(leaf);
        } else {
            kept.push(facts.beside(leaf));
        }
    }
    Ok((kept, by_hand))
}

fn key(leaf: &Leaf, option: &str) -> (Kinds, String, String) {
    (leaf.kind, leaf.selector.as_str().to_owned(), option.to_owned())
}

fn note(facts: &mut Beside, leaf: &Leaf) -> Result<(), Problem> {
    let (option, what) = leaf.option.rsplit_once('.').unwrap_or_default();
    let facts = facts.entry(key(leaf, option)).or_default();
    match (what, &leaf.value) {
        (BY, Literal::Text(text)) => facts.by = Some(text.clone()),
        (REASON, Literal::Text(text)) => facts.reason = Some(text.clone()),
        (EXPIRES, Literal::Integer(digits)) if digits.parse::<u64>().is_ok() => {
            facts.expires_at_ms = digits.parse().ok();
        }
        _ => {
            let text = format!("`{}` is nothing that is kept here", leaf.option);
            return Err(Problem::at(leaf.places.option.clone(), text));
        }
    }
    Ok(())
}

impl Facts {
    fn beside(self, leaf: Leaf) -> Kept {
        let by = self.by.unwrap_or_else(|| PLACE.to_owned()).into();
        let author = Author { by, reason: self.reason.map(Into::into) };
        Kept { leaf, author, expires_at_ms: self.expires_at_ms }
    }
}

/// Puts in force what has not expired meanwhile.
pub(in crate::overrides) fn restore(kept: Vec<Kept>) -> Result<(), Problems> {
    let known: Vec<_> = policies().into_iter().map(|(known, _)| known).collect();
    let mut entries = BTreeMap::new();
    for Kept { leaf, author, expires_at_ms } in kept {
        let Ok(end) = end(expires_at_ms) else { continue };
        let named = |policy: &&Known| {
            leaf.kind == Kinds::One(policy.kind) && leaf.selector.as_str() == policy.name
        };
        match known.iter().find(named) {
            Some(policy) => {
                let spot = (policy.kind, policy.name);
                let leaf = wish::leaf(spot.0, spot.1, &leaf.option, leaf.value);
                let options: &mut Options = entries.entry(spot).or_default();
                options.insert(leaf.option.clone(), Entry { leaf, author, end });
            }
            None => {
                tracing::warn!(target: "resilience::overrides", event = "state_without_policy", policy = leaf.selector.as_str());
            }
        }
    }
    if entries.is_empty() { Ok(()) } else { commit::put_back(entries) }
}

/// An entry whose time is over.
struct Expired;

/// The end that an entry has; `None`: it stays until it is taken away.
fn end(unix_ms: Option<u64>) -> Result<Option<End>, Expired> {
    let Some(unix_ms) = unix_ms else { return Ok(None) };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_millis(unix_ms).checked_sub(now).ok_or(Expired)?;
    // An end that no clock reaches is none.
    Ok(End::after(left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overrides::toml_text;

    fn read(text: &str) -> Result<(Vec<Kept>, Vec<Leaf>), Problem> {
        split(toml_text::file("f", text).unwrap())
    }

    #[test]
    fn an_entry_is_read_back_as_it_was_written() {
        let value = Literal::Text("say \"no\"\nthen 5s".into());
        let author = Author { by: "ada".into(), reason: Some("a \\ b".into()) };
        let end = End::after(Duration::from_secs(60));
        let expires_at_ms = end.as_ref().map(|end| end.unix_ms);
        let leaf = wish::leaf(PolicyKind::Retry, "a.\"b\"", "delay", value);
        let mut text = format!("[retry.{}]\n", quoted("a.\"b\""));
        write_entry(&mut text, "delay", &Entry { leaf: leaf.clone(), author: author.clone(), end });
        let (kept, by_hand) = read(&text).unwrap();
        assert!(by_hand.is_empty());
        let [one] = &kept[..] else { panic!("{kept:?}") };
        assert_eq!((&one.author, one.expires_at_ms), (&author, expires_at_ms));
        assert_eq!((&one.leaf.option, &one.leaf.value), (&leaf.option, &leaf.value));
        assert_eq!(one.leaf.selector.as_str(), leaf.selector.as_str());
    }

    #[test]
    fn a_state_with_nothing_beside_it_was_forced_by_hand() {
        let (kept, by_hand) = read(
            "[circuit_breaker.a]\nstate = \"forced-open\"\n[circuit_breaker.b]\nstate = \"forced-open\"\n\"state.by\" = \"ada\"",
        )
        .unwrap();
        assert_eq!((kept.len(), by_hand.len()), (1, 1));
        assert_eq!(by_hand[0].selector.as_str(), "a");
    }

    #[test]
    fn what_stands_beside_no_option_is_told() {
        let told = read("[retry.a]\nattempts = 1\n\"attempts.until\" = 5").unwrap_err();
        assert_eq!(told.to_string(), "f:3:1: `attempts.until` is nothing that is kept here");
        let told = read("[retry.a]\nattempts = 1\n\"attempts.expires_at_ms\" = -5").unwrap_err();
        assert_eq!(
            told.to_string(),
            "f:3:1: `attempts.expires_at_ms` is nothing that is kept here"
        );
    }
}
