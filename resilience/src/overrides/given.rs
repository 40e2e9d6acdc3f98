//! Overrides that the program hands over as data: the same tables as in a file, whatever format they came from.

use serde_json::{Map, Value as Json};

use super::leaf::{Kinds, Leaf, Places, Source, kind, unknown_kind};
use super::pattern::Selector;
use super::value::of_json;
use crate::problem::Problem;

/// Reads `{kind: {name: {option: value}}}`. The place of a problem is the way to it: `retry.payments.attempts`.
pub(super) fn leaves(given: &Json) -> Result<Vec<Leaf>, Vec<Problem>> {
    let Json::Object(kinds) = given else {
        return Err(vec![Problem::new("overrides are a table: {kind: {name: {option: value}}}")]);
    };
    let (mut leaves, mut problems) = (Vec::new(), Vec::new());
    for (word, policies) in kinds {
        match of_kind(word, policies) {
            Ok(found) => leaves.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(leaves) } else { Err(problems) }
}

fn of_kind(word: &str, policies: &Json) -> Result<Vec<Leaf>, Problem> {
    let kinds = match (word, kind(word)) {
        ("*", _) => Kinds::All,
        (_, Some(kind)) => Kinds::One(kind),
        (_, None) => return Err(Problem::at(word, unknown_kind(word))),
    };
    let policies = table(word, policies, "a kind holds a table of policies")?;
    let mut leaves = Vec::new();
    for (name, options) in policies {
        let place = format!("{word}.{name}");
        let options = table(&place, options, "a policy holds a table of options")?;
        // An option that is `null` is none.
        leaves.extend(options.iter().filter_map(|(option, value)| {
            let place = format!("{place}.{option}");
            let places =
                Places { selector: format!("{word}.{name}"), option: place.clone(), value: place };
            let (option, value) = (option.clone(), of_json(value)?);
            let selector = Selector::new(name.as_str());
            Some(Leaf { kind: kinds, selector, option, value, source: Source::File, places })
        }));
    }
    Ok(leaves)
}

fn table<'j>(
    place: &str,
    json: &'j Json,
    sentence: &'static str,
) -> Result<&'j Map<String, Json>, Problem> {
    json.as_object().ok_or_else(|| Problem::at(place, sentence))
}
