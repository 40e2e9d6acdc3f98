//! `#[resilient]`: the standard pipeline. Its parts are attributes of their own, nested; their order is fixed.

use std::time::Duration;

use darling::FromMeta;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Lit};

use crate::attribute::{Attribute, Known, Positional};
use crate::diagnostics::{listed, nearest};
use crate::form::compact;
use crate::model::{Instance, Layer, Source};
use crate::options::{Predicate, Written, literal, parse_duration, transparent};
use crate::pipeline::Pipeline;
use crate::reading::{Invocation, Reading, Shared};

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "resilient",
    noun: "policy",
    policy: "Policy",
    config: "",
    options: &[
        Known::call("when_err", "|error| error.is_transient()"),
        Known::call("when_ok", "|value| value.is_stale()"),
        Known::call("when_rejected", "|rejection| true"),
    ],
    positional: Positional::Parts,
    likely: "timeout",
    read,
};

/// One part of the pipeline.
struct Part {
    /// As it is written in `#[resilient(…)]`.
    name: &'static str,
    attribute: &'static Attribute,
    /// What stands in it if nobody mentions it.
    default: Option<&'static str>,
    /// Whether it judges outcomes, so that the predicates of the whole reach it.
    judges: bool,
}

/// The parts, outermost first.
static PARTS: [Part; 7] = [
    Part { name: "fallback", attribute: &crate::fallback::ATTRIBUTE, default: None, judges: false },
    Part { name: "rate_limit", attribute: &crate::rate_limit::ATTRIBUTE, default: None, judges: false },
    Part { name: "bulkhead", attribute: &crate::bulkhead::ATTRIBUTE, default: None, judges: false },
    Part { name: "timeout", attribute: &crate::timeout::ATTRIBUTE, default: Some(""), judges: false },
    Part { name: "retry", attribute: &crate::retry::ATTRIBUTE, default: None, judges: true },
    Part { name: "circuit_breaker", attribute: &crate::circuit_breaker::ATTRIBUTE, default: Some(""), judges: true },
    Part { name: "attempt_timeout", attribute: &crate::timeout::ATTRIBUTE, default: None, judges: false },
];

/// With a retry, one hanging attempt must not use up the time of all.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Default, FromMeta)]
struct Options {
    when_err: Option<Predicate>,
    when_ok: Option<Predicate>,
    when_rejected: Option<Predicate>,
}

/// What somebody wrote about a part.
struct Mention {
    part: &'static Part,
    span: Span,
    /// `None`: switched off.
    arguments: Option<TokenStream>,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options: Options = reading.options();
    for predicate in [&options.when_err, &options.when_ok, &options.when_rejected] {
        reading.check(predicate);
    }
    let name = reading.take_name();
    let (mut mentions, instance) = mentioned(reading);
    match instance {
        Some(instance) => {
            if let Some(name) = name {
                belongs_to(&instance, &name.key, reading);
            }
            let mut layers = parts_beside(&mentions, &instance, reading);
            layers.push(shared(instance, options, reading));
            layers
        }
        None => {
            needless_off(&mentions, reading);
            add_defaults(&mut mentions, reading.span);
            let mut layers = build(mentions, &options, name.as_ref(), reading);
            if reading.place.is_static() {
                layers.push(whole(name, options, reading));
            }
            layers
        }
    }
}

/// Sorts what stands in the parentheses into parts and an instance.
fn mentioned(reading: &mut Reading<'_>) -> (Vec<Mention>, Option<Expr>) {
    let (mut mentions, mut instance): (Vec<Mention>, Option<Expr>) = (Vec::new(), None);
    for expr in reading.take_list() {
        match mention(&expr) {
            Some(mention) if mentions.iter().any(|other| other.part.name == mention.part.name) => {
                reading.errors.at(mention.span, format!("`{}` is given twice: keep one of them", mention.part.name));
            }
            Some(mention) => mentions.push(mention),
            None if reading.place.is_static() || !may_be_instance(&expr) => {
                reading.errors.on(&expr, no_part(&expr));
            }
            None => match &instance {
                Some(first) => reading.errors.on(&expr, format!(
                    "this attribute has its policy already, `{}`: remove one of the two",
                    compact(first),
                )),
                None => instance = Some(expr),
            },
        }
    }
    (mentions, instance)
}

/// A word that resembles a part is a part misspelt.
fn may_be_instance(expr: &Expr) -> bool {
    let resembles = |(word, _): (&Ident, _)| resembling(&word.to_string()).is_some();
    literal(expr).is_none() && !word(expr).is_some_and(resembles)
}

/// The part that was probably meant.
fn resembling(word: &str) -> Option<&'static str> {
    let starts_like = |name: &&str| word.get(..4).is_some_and(|start| name.starts_with(start));
    nearest(word, &names()).or_else(|| names().into_iter().find(starts_like))
}

fn no_part(expr: &Expr) -> String {
    let name = word(expr).map_or_else(|| compact(expr), |(word, _)| word.to_string());
    let meant = match literal(expr) {
        Some((Lit::Str(text), _)) => match parse_duration(&text.value()) {
            Ok(_) => format!(": write `timeout({name})`"),
            Err(_) => format!(": write `name = {name}`"),
        },
        _ => resembling(&name).map_or_else(String::new, |part| format!(": did you mean `{part}`?")),
    };
    format!("`{name}` is no part of the pipeline{meant}\nit has {}", listed(&names()))
}

fn names() -> Vec<&'static str> {
    PARTS.iter().map(|part| part.name).collect()
}

/// What to say about `retry = 3` or `attempts = 3`, which belong into a part's own parentheses.
pub(crate) fn misplaced(key: &str) -> Option<String> {
    if let Some(part) = PARTS.iter().find(|part| part.name == key) {
        return Some(format!("`{key}` is a part, with options of its own: write `{}`", part.example()));
    }
    let owns = |part: &&Part| part.attribute.options.iter().any(|known| known.name == key);
    let part = PARTS.iter().find(owns)?;
    let example = part.attribute.find(key)?.example;
    let option = if example.is_empty() { key.to_owned() } else { format!("{key} = {example}") };
    Some(format!("`{key}` is an option of the part `{name}`: write `{name}({option})`", name = part.name))
}

impl Part {
    /// How it may be written.
    fn example(&self) -> String {
        let example = |key: &str| self.attribute.find(key).map_or("…", |known| known.example);
        match self.attribute.positional {
            Positional::Option(key) => format!("{}({})", self.name, example(key)),
            Positional::List | Positional::Parts => format!("{}(…)", self.name),
            Positional::None => {
                let key = self.attribute.likely;
                format!("{}({key} = {})", self.name, example(key))
            }
        }
    }
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
    let (path, arguments) = match transparent(expr) {
        Expr::Call(ExprCall { func, args, .. }) => (transparent(func), Some(args.to_token_stream())),
        path => (path, None),
    };
    let Expr::Path(path) = path else { return None };
    Some((path.path.get_ident()?, arguments))
}

/// A time limit and a breaker are there unless they were switched off; a limit on each attempt comes with a retry.
fn add_defaults(mentions: &mut Vec<Mention>, span: Span) {
    for part in &PARTS {
        let is_new = !mentions.iter().any(|other| other.part.name == part.name);
        let default = if part.name == "attempt_timeout" { attempt_limit(mentions) } else { part.default };
        if let Some(default) = default.filter(|_| is_new) {
            let arguments = default.parse().ok();
            mentions.push(Mention { part, span, arguments });
        }
    }
    mentions.sort_by_key(|mention| PARTS.iter().position(|part| part.name == mention.part.name));
}

/// Only what would be there by itself can be switched off.
fn needless_off(mentions: &[Mention], reading: &mut Reading<'_>) {
    for Mention { part, span, arguments } in mentions {
        let stays = part.default.is_some() || part.name == "attempt_timeout";
        if arguments.is_none() && !stays {
            let name = part.name;
            let text = format!("there is no `{name}` unless it is named: remove `{name}(off)`");
            reading.errors.at(*span, text);
        }
    }
}

/// Ten seconds for each attempt, where that is less than the limit on the whole.
fn attempt_limit(mentions: &[Mention]) -> Option<&'static str> {
    let find = |name| mentions.iter().find(|mention| mention.part.name == name);
    find("retry")?.arguments.as_ref()?;
    let total = find("timeout").and_then(|mention| mention.arguments.as_ref()).and_then(written_limit);
    total.is_none_or(|total| total > ATTEMPT_TIMEOUT).then_some("\"10s\"")
}

/// The literal limit of `timeout("2s")`.
fn written_limit(arguments: &TokenStream) -> Option<Duration> {
    let last = arguments.clone().into_iter().last()?;
    let text: syn::LitStr = syn::parse2(last.into()).ok()?;
    parse_duration(&text.value()).ok()
}

/// The layers of a pipeline that is built here.
fn build(
    mentions: Vec<Mention>,
    options: &Options,
    name: Option<&Written<String>>,
    reading: &mut Reading<'_>,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    for Mention { part, span, arguments } in mentions {
        let Some(arguments) = arguments else { continue };
        let arguments = completed(part, arguments, options);
        for mut layer in nested(part, span, arguments, reading) {
            if let Source::Own(instance) = &mut layer.source {
                instance.part = Some(part.name);
                instance.name = instance.name.take().or_else(|| name.cloned());
            }
            layers.push(layer);
        }
    }
    layers
}

/// A part is read like the attribute that it is called after.
fn nested(part: &Part, span: Span, arguments: TokenStream, reading: &mut Reading<'_>) -> Vec<Layer> {
    let mut shared = Shared::at(reading.path.clone());
    let invocation = Invocation { attribute: part.attribute, span, arguments };
    let layers = invocation.read(reading.place, reading.scope, &mut shared, reading.errors);
    if let Some(option) = shared.rejection {
        let text = "`rejection` holds for the whole stack: write it beside the parts, not inside of one";
        reading.errors.at(option.key.span(), text);
    }
    layers
}

/// The predicates of the whole reach every judging part that has none of its own; retries have a budget.
fn completed(part: &Part, arguments: TokenStream, options: &Options) -> TokenStream {
    let text = arguments.to_string();
    let mut more = Vec::new();
    if part.judges {
        let predicates = [&options.when_err, &options.when_ok, &options.when_rejected];
        more.extend(predicates.into_iter().flatten().filter(|option| !mentions_option(&arguments, &option.key)).map(
            |Written { key, expr, .. }| quote!(#key = #expr),
        ));
    }
    let builds = !is_instance(&arguments) && !text.contains("config =") && !text.contains("budget");
    if part.name == "retry" && builds {
        more.push(quote_spanned!(Span::call_site()=> budget = 0.2));
    }
    let comma = (!arguments.is_empty() && !text.ends_with(',')).then(|| quote!(,));
    quote!(#arguments #comma #(#more),*)
}

fn mentions_option(arguments: &TokenStream, key: &Ident) -> bool {
    let tokens: Vec<_> = arguments.clone().into_iter().map(|token| token.to_string()).collect();
    tokens.windows(2).any(|pair| *key == pair[0] && pair[1] == "=")
}

/// Whether the first thing in the parentheses is an existing instance.
fn is_instance(arguments: &TokenStream) -> bool {
    let mut tokens = arguments.clone().into_iter().map(|token| token.to_string());
    match (tokens.next(), tokens.next()) {
        (Some(first), Some(second)) => second != "=" && !first.starts_with('"'),
        (Some(first), None) => !first.starts_with('"'),
        _ => false,
    }
}

/// A shared policy brings its own parts; only a fallback belongs to its use.
fn parts_beside(mentions: &[Mention], instance: &Expr, reading: &mut Reading<'_>) -> Vec<Layer> {
    let mut layers = Vec::new();
    for Mention { part, span, arguments } in mentions {
        if part.name == "fallback" {
            let arguments = arguments.clone().unwrap_or_default();
            layers.extend(nested(part, *span, arguments, reading));
        } else {
            belongs_to(instance, &Ident::new(part.name, *span), reading);
        }
    }
    layers
}

fn belongs_to(instance: &Expr, what: &Ident, reading: &mut Reading<'_>) {
    let instance = compact(instance);
    reading.errors.at(what.span(), format!(
        "`{what}` belongs to the policy, and `{instance}` exists already: write it where `{instance}` \
         is declared",
    ));
}

fn shared(instance: Expr, options: Options, reading: &Reading<'_>) -> Layer {
    let span = instance.span();
    pipeline(span, Source::Shared(Box::new(instance)), options, reading)
}

/// The policy that a static declares, after its parts.
fn whole(name: Option<Written<String>>, options: Options, reading: &Reading<'_>) -> Layer {
    let source = Source::Own(Box::new(Instance { name, ..Instance::default() }));
    pipeline(reading.span, source, options, reading)
}

fn pipeline(span: Span, source: Source, options: Options, reading: &Reading<'_>) -> Layer {
    let Options { when_err, when_ok, when_rejected } = options;
    let judge = crate::judge::Judge { when_err, when_ok, ignore_err: None, when_rejected };
    Layer { attribute: reading.attribute, span, source, meaning: Box::new(Pipeline { judge }) }
}
