//! What stands in the parentheses of `#[resilient(…)]`: parts, switched on, tuned or off, and an instance.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprCall, Lit};

use crate::attribute::options::value::{literal, transparent};
use crate::grammar::listed;
use crate::grammar::parse_duration;
use crate::policies::reading::Reading;
use crate::policies::resilient::parts::{OTHERS, PARTS, Part, names, resembling};
use crate::tokens::{compact, is_sign};

/// With a retry, one hanging attempt must not use up the time of all.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

const NOTHING_TO_SKIP: &str = "`skip` leaves a method out of the attributes on its `impl` block or trait, and none of ours stands there: remove it";

/// What was written about a part.
pub(crate) struct Mention {
    pub(crate) part: &'static Part,
    pub(crate) span: Span,
    /// `None`: switched off.
    pub(crate) arguments: Option<TokenStream>,
}

/// Sorts what stands in the parentheses into parts and an instance.
pub(crate) fn mentioned(reading: &mut Reading<'_>) -> (Vec<Mention>, Option<Expr>) {
    let (mut mentions, mut instance): (Vec<Mention>, Option<Expr>) = (Vec::new(), None);
    for expr in reading.take_list() {
        if compact(&expr.to_token_stream()) == "skip" {
            reading.errors.on(&expr, NOTHING_TO_SKIP);
            continue;
        }
        match mention(&expr) {
            Some(mention) => {
                match mentions.iter().find(|other| other.part.name == mention.part.name) {
                    Some(first) => twice([first.span, mention.span], mention.part, reading),
                    None => mentions.push(mention),
                }
            }
            None if reading.target.is_static() || !may_be_instance(&expr) => {
                reading.errors.on(&expr, no_part(&expr));
            }
            None => match &instance {
                Some(first) => reading.errors.on(
                    &expr,
                    format!(
                        "this attribute has its pipeline already, `{}`: remove one of the two",
                        compact(&first.to_token_stream()),
                    ),
                ),
                None => instance = Some(expr),
            },
        }
    }
    (mentions, instance)
}

fn twice(places: [Span; 2], part: &Part, reading: &mut Reading<'_>) {
    for place in places {
        reading.errors.at(place, format!("`{}` is given twice: keep one of them", part.name));
    }
}

/// A word that resembles a part is a part misspelt; that of another attribute is taken for one.
fn may_be_instance(expr: &Expr) -> bool {
    let is_ours = |(word, _): (&Ident, _)| {
        let word = word.to_string();
        resembling(&word).is_some() || OTHERS.contains(&&*word)
    };
    literal(expr).is_none() && !word(expr).is_some_and(is_ours)
}

fn no_part(expr: &Expr) -> String {
    let name =
        word(expr).map_or_else(|| compact(&expr.to_token_stream()), |(word, _)| word.to_string());
    let meant = match literal(expr) {
        Some((Lit::Str(text), _)) => match parse_duration(&text.value()) {
            Ok(_) => format!(": write `timeout({name})`"),
            Err(_) => format!(": write `name = {name}`"),
        },
        _ => match (OTHERS.contains(&&*name), resembling(&name)) {
            (true, _) => format!(": write `#[{name}]` as an attribute of its own"),
            (false, Some(part)) => format!(": did you mean `{part}`?"),
            (false, None) => String::new(),
        },
    };
    format!("`{name}` is not a part of the pipeline{meant}\nit has {}", listed(&names()))
}

/// `retry`, `retry(…)` or `retry(off)`.
fn mention(expr: &Expr) -> Option<Mention> {
    let (word, arguments) = word(expr)?;
    let part = PARTS.iter().find(|part| word == part.name)?;
    let arguments = arguments.unwrap_or_default();
    let arguments = (arguments.to_string() != "off").then_some(arguments);
    Some(Mention { part, span: word.span(), arguments })
}

/// `word` or `word(…)`.
fn word(expr: &Expr) -> Option<(&Ident, Option<TokenStream>)> {
    // `{retry}` is an instance of that name.
    if matches!(expr, Expr::Block(_)) {
        return None;
    }
    let (path, arguments) = match transparent(expr) {
        Expr::Call(ExprCall { func, args, .. }) => {
            (transparent(func), Some(args.to_token_stream()))
        }
        path => (path, None),
    };
    let Expr::Path(path) = path else { return None };
    Some((path.path.get_ident()?, arguments))
}

/// A timeout and a breaker are there unless they were switched off; a limit on each attempt comes with a retry.
pub(crate) fn add_defaults(mentions: &mut Vec<Mention>, span: Span) {
    for part in &PARTS {
        let is_new = !mentions.iter().any(|other| other.part.name == part.name);
        let default =
            if part.name == "attempt_timeout" { attempt_limit(mentions) } else { part.default };
        if let Some(default) = default.filter(|_| is_new) {
            let arguments = default.parse().ok();
            mentions.push(Mention { part, span, arguments });
        }
    }
    mentions.sort_by_key(|mention| PARTS.iter().position(|part| part.name == mention.part.name));
}

/// Ten seconds for each attempt, where that is less than the limit on the whole.
fn attempt_limit(mentions: &[Mention]) -> Option<&'static str> {
    let find = |name| mentions.iter().find(|mention| mention.part.name == name);
    find("retry")?.arguments.as_ref()?;
    let total =
        find("timeout").and_then(|mention| mention.arguments.as_ref()).and_then(written_limit);
    total.is_none_or(|total| total > ATTEMPT_TIMEOUT).then_some("\"10s\"")
}

/// The literal limit of `timeout("2s")` or `timeout(after = "2s")`, whatever else stands there.
fn written_limit(arguments: &TokenStream) -> Option<Duration> {
    let tokens: Vec<_> = arguments.clone().into_iter().collect();
    let limit = tokens.split(|token| is_sign(token, ',')).find_map(|option| match option {
        [limit @ TokenTree::Literal(_)] => Some(limit),
        [TokenTree::Ident(key), _, limit @ TokenTree::Literal(_)] if key == "after" => Some(limit),
        _ => None,
    })?;
    let text: syn::LitStr = syn::parse2(limit.clone().into()).ok()?;
    parse_duration(&text.value()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_found_where_it_is_written() {
        let limit = |text: &str| written_limit(&text.parse().expect(text));
        for found in ["\"2s\"", "name = \"5s\", after = \"2s\"", "\"2s\", name = \"5s\""] {
            assert_eq!(limit(found), Some(Duration::from_secs(2)), "{found}");
        }
        for none in ["", "LIMIT", "name = \"5s\"", "after = LIMIT", "after = 2"] {
            assert_eq!(limit(none), None, "{none}");
        }
    }

    #[test]
    fn attempts_get_a_limit_where_the_call_has_a_longer_one() {
        let limited = |text: &str| {
            let mention = |name: &str, arguments: Option<&str>| Mention {
                part: PARTS.iter().find(|part| part.name == name).expect(name),
                span: Span::call_site(),
                arguments: arguments.map(|text| text.parse().expect(text)),
            };
            attempt_limit(&[mention("retry", Some("")), mention("timeout", Some(text))]).is_some()
        };
        assert!(limited("\"10001ms\"") && limited("LIMIT") && limited(""));
        assert!(!limited("\"10s\"") && !limited("\"9s\""));
    }
}
