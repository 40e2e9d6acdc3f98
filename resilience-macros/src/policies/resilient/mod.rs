//! `#[resilient]`: the standard pipeline. Its parts are attributes of their own, nested; their order is fixed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

mod mention;
pub(crate) mod parts;

use self::mention::{Mention, add_defaults, mentioned};
use self::parts::Part;
use crate::attribute::options::code::Callable;
use crate::attribute::options::value::SpannedValue;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::model::{Instance, Layer, Source};
use crate::layer::predicates::Predicates;
use crate::policies::option_table::options;
use crate::policies::pipeline::Pipeline;
use crate::policies::reading::{Invocation, Reader, Reading, StackOptions};
use crate::tokens::compact;

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "resilient",
    noun: "pipeline",
    policy: "Pipeline",
    config: "",
    options: OPTIONS,
    positional: Positional::Parts,
    likely: "timeout",
    misplaced: parts::misplaced,
    effects: &[Effect::Rejects, Effect::Reruns, Effect::Judges],
    blocking: Blocking::Never(NOT_ASYNC),
};

options! {
    call when_err: Callable<1> = "|error| error.is_transient()";
    call when_ok: Callable<1> = "|value| value.is_stale()";
    call when_rejected: Callable<1> = "|rejection| true";
}

const NOT_ASYNC: &str = "a shared pipeline may have timeouts, which a synchronous function cannot obey: make it `async`";

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options = Options::read(reading);
    let name = reading.take_name();
    let (mut mentions, instance) = mentioned(reading);
    if let Some(instance) = instance {
        if let Some(name) = name {
            belongs_to(&instance, &name.key, reading);
        }
        let mut layers = parts_beside(&mentions, &instance, reading);
        layers.push(shared(instance, options, reading));
        return layers;
    }
    add_defaults(&mut mentions, reading.span);
    let mut layers = build(mentions, &options, name.as_ref(), reading);
    if reading.target.is_static() {
        layers.push(whole(name, options, reading));
    }
    layers
}

/// The layers of a pipeline that is built here.
fn build(
    mentions: Vec<Mention>,
    options: &Options,
    name: Option<&SpannedValue<String>>,
    reading: &mut Reading<'_>,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    for Mention { part, span, arguments } in mentions {
        let Some(arguments) = arguments else { continue };
        let arguments = completed(part, &arguments, options);
        for mut layer in nested(part, span, arguments, reading) {
            if let Source::Own(instance) = &mut layer.source {
                instance.part = Some(part.name);
                instance.whole = name.cloned();
            }
            layers.push(layer);
        }
    }
    layers
}

/// A part is read like the attribute that it is called after.
fn nested(
    part: &Part,
    span: Span,
    arguments: TokenStream,
    reading: &mut Reading<'_>,
) -> Vec<Layer> {
    let mut shared = StackOptions::at(reading.path.clone());
    let invocation = Invocation { reader: part.reader, span, arguments };
    let layers = invocation.read(reading.target, reading.scope, &mut shared, reading.errors);
    if let Some(option) = shared.rejection {
        let text = "`rejection` applies to the whole stack: write it beside the parts, not inside one of them";
        reading.errors.at(option.key.span(), text);
    }
    layers
}

/// The predicates of the whole reach every judging part that has none of its own; retries have a budget.
fn completed(part: &Part, arguments: &TokenStream, options: &Options) -> TokenStream {
    let text = arguments.to_string();
    let mut more = Vec::new();
    if part.reader.attribute.has(Effect::Judges) {
        let predicates = [&options.when_err, &options.when_ok, &options.when_rejected];
        more.extend(
            predicates
                .into_iter()
                .flatten()
                .filter(|option| !mentions_option(arguments, &option.key.to_string()))
                .map(|SpannedValue { key, expr, .. }| quote!(#key = #expr)),
        );
    }
    let has = |key| mentions_option(arguments, key);
    if part.name == "retry" && !is_instance(arguments) && !has("config") && !has("budget") {
        more.push(quote_spanned!(Span::call_site()=> budget = 0.2));
    }
    let comma = (!arguments.is_empty() && !text.ends_with(',')).then(|| quote!(,));
    quote!(#arguments #comma #(#more),*)
}

fn mentions_option(arguments: &TokenStream, key: &str) -> bool {
    let tokens: Vec<_> = arguments.clone().into_iter().map(|token| token.to_string()).collect();
    let options = tokens.split(|token| token == ",");
    options
        .into_iter()
        .any(|option| matches!(option, [name, equals, ..] if name == key && equals == "="))
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

/// A shared pipeline brings its own parts; only a fallback belongs to its use.
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
    let instance = compact(&instance.to_token_stream());
    reading.errors.at(
        what.span(),
        format!(
            "`{what}` belongs to the pipeline, and `{instance}` exists already: write it where \
             `{instance}` is declared",
        ),
    );
}

fn shared(instance: Expr, options: Options, reading: &Reading<'_>) -> Layer {
    let span = instance.span();
    pipeline(span, Source::Shared(Box::new(instance)), options, reading)
}

/// The pipeline that a static declares, after its parts.
fn whole(name: Option<SpannedValue<String>>, options: Options, reading: &Reading<'_>) -> Layer {
    let source = Source::Own(Box::new(Instance { name, ..Instance::default() }));
    pipeline(reading.span, source, options, reading)
}

fn pipeline(span: Span, source: Source, options: Options, reading: &Reading<'_>) -> Layer {
    let Options { when_err, when_ok, when_rejected } = options;
    let predicates = Predicates { when_err, when_ok, ignore_err: None, when_rejected };
    Layer {
        attribute: reading.attribute,
        span,
        source,
        expansion: Box::new(Pipeline { predicates }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_stands_first_and_alone() {
        let is = |text: &str| is_instance(&text.parse().expect(text));
        for instance in ["SLOW", "SLOW, when_err = f", "self.slow"] {
            assert!(is(instance), "{instance}");
        }
        for other in ["", "attempts = 3", "\"2s\"", "\"2s\", name = \"a\""] {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn options_are_found_by_their_names() {
        let mentions = |key| mentions_option(&quote!(SLOW, attempts = 3, when_err = delay), key);
        assert!(mentions("attempts") && mentions("when_err"));
        assert!(!mentions("SLOW") && !mentions("delay") && !mentions("budget"));
    }
}
