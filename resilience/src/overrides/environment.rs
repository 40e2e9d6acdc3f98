//! One variable per option: `RESILIENCE__RETRY__PAYMENTS__ATTEMPTS=1`, resolved against the policies that exist.

use super::leaf::{KINDS, Kinds, Leaf, Places, Source};
use super::pattern::Selector;
use super::resolve::Known;
use super::toml_text::bare;
use crate::grammar::Literal;
use crate::kind::PolicyKind;
use crate::problem::Problem;

const PREFIX: &str = "RESILIENCE__";
/// The mode of everything.
const MODE: &str = "RESILIENCE_MODE";

/// Reads those of `variables` that are overrides.
pub(super) fn leaves(
    variables: impl IntoIterator<Item = (String, String)>,
    policies: &[Known],
) -> Result<Vec<Leaf>, Vec<Problem>> {
    let (mut leaves, mut problems) = (Vec::new(), Vec::new());
    for (variable, value) in variables {
        match leaf(&variable, &value, policies) {
            Some(Ok(leaf)) => leaves.push(leaf),
            Some(Err(text)) => problems.push(Problem::at(variable, text)),
            None => {}
        }
    }
    if problems.is_empty() { Ok(leaves) } else { Err(problems) }
}

fn leaf(variable: &str, value: &str, policies: &[Known]) -> Option<Result<Leaf, String>> {
    if variable == MODE {
        let (selector, value) = (Selector::new("*"), Literal::Text(value.into()));
        return Some(Ok(made(variable, Kinds::All, selector, "mode".into(), value)));
    }
    let rest = variable.strip_prefix(PREFIX)?;
    Some(one_option(variable, rest, value, policies))
}

fn one_option(variable: &str, rest: &str, value: &str, policies: &[Known]) -> Result<Leaf, String> {
    let (kind, rest) = kind(rest).ok_or_else(no_kind)?;
    let (name, option) =
        rest.rsplit_once("__").ok_or("a variable is written RESILIENCE__KIND__NAME__OPTION")?;
    let option = option.to_lowercase();
    let of_kind = policies.iter().filter(|policy| policy.kind == kind);
    let spelled: Vec<_> = of_kind.filter(|policy| spelling(policy.name) == name).collect();
    match spelled[..] {
        [] => Err(format!(
            "no {} is spelled `{name}` here: its name is upper-cased, and everything but letters and digits becomes `_`",
            kind.in_words()
        )),
        [policy] => {
            let selector = Selector::new(policy.name);
            Ok(made(variable, Kinds::One(kind), selector, option, bare(value)))
        }
        _ => Err(ambiguous(kind, &spelled, &option, value)),
    }
}

fn made(variable: &str, kind: Kinds, selector: Selector, option: String, value: Literal) -> Leaf {
    let places = Places::one(variable);
    Leaf { kind, selector, option, value, source: Source::Variable, places }
}

fn kind(rest: &str) -> Option<(PolicyKind, &str)> {
    KINDS.into_iter().find_map(|kind| {
        let rest = rest.strip_prefix(&kind.as_str().to_uppercase())?;
        Some((kind, rest.strip_prefix("__")?))
    })
}

fn no_kind() -> String {
    let words = KINDS.map(|kind| kind.as_str().to_uppercase());
    format!(
        "a variable is written RESILIENCE__KIND__NAME__OPTION, with one of the kinds {}",
        words.join(", ")
    )
}

fn ambiguous(kind: PolicyKind, spelled: &[&Known], option: &str, value: &str) -> String {
    let all: Vec<_> = spelled.iter().map(|one| format!("`{}` ({})", one.name, one.place)).collect();
    let (last, others) =
        all.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
    let both = if all.len() == 2 { "both" } else { "all" };
    let value = match bare(value) {
        Literal::Text(text) => format!("{text:?}"),
        _ => value.to_owned(),
    };
    format!(
        "{} and {last} are {both} spelled so; use RESILIENCE_OVERRIDES='{kind}.\"{}\".{option}={value}'",
        others.join(", "),
        spelled[0].name
    )
}

/// A name as it stands in a variable.
pub(super) fn spelling(name: &str) -> String {
    let upper = name.chars().flat_map(char::to_uppercase);
    upper.map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}
