//! The instances that an item builds: their statics, and their entry in the registry's list.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};

use crate::layer::model::{Instance, Layer, Source, Stack};
use crate::layer::names::{self, NamedItem};
use crate::policies::resilient;
use crate::source::function::Guarded;
use crate::tokens::generated_span;

/// The instances that are built here, and their entry in the registry's list.
pub(crate) fn statics(
    guarded: &Guarded,
    stack: &Stack,
    names: &[Ident],
    runtime: &TokenStream,
) -> (TokenStream, Option<TokenStream>) {
    let (mut statics, mut listed) = (TokenStream::new(), Vec::new());
    let mut whole = Whole::default();
    let item = NamedItem { ident: &guarded.name, path: &guarded.path };
    for (layer, name) in stack.layers.iter().zip(names) {
        let Source::Own(instance) = &layer.source else { continue };
        let span = generated_span(layer.span);
        let name = static_name(name);
        let policy = policy_type(layer, runtime);
        let value = built(layer, instance, item, runtime);
        let guard = names::guard(instance.naming(), layer.attribute, runtime);
        statics.extend(quote_spanned!(span=> static #name: #policy = #value; #guard));
        listed.push(quote_spanned!(span=> <#policy>::listed(&#name)));
        whole.add(layer, instance, &name);
    }
    if let Some((whole, entry)) = whole.listed(item, runtime) {
        statics.extend(whole);
        listed.push(entry);
    }
    let submit = (!listed.is_empty()).then(|| submit(&listed, runtime));
    (statics, submit)
}

/// The standard pipeline of one function: calls go through its parts, the whole is there to be listed.
#[derive(Default)]
struct Whole<'s> {
    first: Option<(&'s Layer, &'s Instance)>,
    setters: TokenStream,
}

impl<'s> Whole<'s> {
    /// A fallback belongs to the function, and a policy per key to the key.
    fn add(&mut self, layer: &'s Layer, instance: &'s Instance, name: &Ident) {
        let Some(part) = instance.part else { return };
        self.first.get_or_insert((layer, instance));
        if part != "fallback" && layer.expansion.keyed().is_none() {
            let span = generated_span(layer.span);
            let setter = Ident::new(part, span);
            self.setters.extend(quote_spanned!(span=> .#setter(&#name)));
        }
    }

    fn listed(
        self,
        item: NamedItem<'_>,
        runtime: &TokenStream,
    ) -> Option<(TokenStream, TokenStream)> {
        let (layer, instance) = self.first?;
        let (span, setters) = (generated_span(layer.span), self.setters);
        let name = static_name(&Ident::new("pipeline", span));
        let naming = (instance.whole.as_ref(), None);
        let identity = names::identity(naming, item, layer.span, runtime);
        let guard = names::guard(naming, resilient::READER.attribute, runtime);
        Some((
            quote_spanned! {span=>
                static #name: #runtime::Pipeline = #runtime::Pipeline::declared(#identity) #setters; #guard
            },
            quote_spanned!(span=> #runtime::Pipeline::listed(&#name)),
        ))
    }
}

/// The parts of a declared pipeline: their statics, and the calls that put them in.
#[derive(Default)]
pub(crate) struct PipelineParts {
    pub(crate) items: TokenStream,
    pub(crate) setters: TokenStream,
}

pub(crate) fn parts(layers: &[Layer], item: NamedItem<'_>, runtime: &TokenStream) -> PipelineParts {
    let (mut parts, mut listed) = (PipelineParts::default(), Vec::new());
    for layer in layers {
        let span = generated_span(layer.span);
        let policy = policy_type(layer, runtime);
        let (name, value) = match &layer.source {
            Source::Own(instance) => {
                let setter = instance.part.unwrap_or(layer.attribute.name);
                let name = static_name(&Ident::new(setter, span));
                let value = built(layer, instance, item, runtime);
                let guard = names::guard(instance.naming(), layer.attribute, runtime);
                parts.items.extend(quote_spanned!(span=> static #name: #policy = #value; #guard));
                listed.push(quote_spanned!(span=> <#policy>::listed(&#name)));
                (setter, quote_spanned!(span=> &#name))
            }
            Source::Shared(expr) => (layer.attribute.name, quote_spanned!(span=> &#expr)),
        };
        let setter = Ident::new(name, span);
        parts.setters.extend(quote_spanned!(span=> .#setter(#value)));
    }
    if !listed.is_empty() {
        parts.items.extend(submit(&listed, runtime));
    }
    parts
}

/// Lists instances before the first call, and before anything else of the program runs.
pub(crate) fn submit(listed: &[TokenStream], runtime: &TokenStream) -> TokenStream {
    let span = generated_span(Span::call_site());
    quote_spanned! {span=>
        #runtime::submit! { #runtime::Site(&[#(#listed),*]) }
    }
}

/// `Retry::declared(identity, config)`
pub(crate) fn built(
    layer: &Layer,
    instance: &Instance,
    item: NamedItem<'_>,
    runtime: &TokenStream,
) -> TokenStream {
    let span = generated_span(layer.span);
    let (policy, bound) = (
        policy_type(layer, runtime),
        layer.expansion.keyed().and_then(|keyed| keyed.bound(runtime)),
    );
    let identity = names::identity(instance.naming(), item, layer.span, runtime);
    let ingredient = layer
        .expansion
        .ingredient(item.ident, runtime)
        .map(|value| quote_spanned!(span=> , #value));
    let config =
        configuration(layer, instance, runtime).map(|config| quote_spanned!(span=> , #config));
    quote_spanned!(span=> <#policy>::declared(#identity #config #ingredient) #bound)
}

/// The config of an instance, where its kind has one.
fn configuration(layer: &Layer, instance: &Instance, runtime: &TokenStream) -> Option<TokenStream> {
    if layer.attribute.config.is_empty() {
        return None;
    }
    let span = generated_span(layer.span);
    let config = Ident::new(layer.attribute.config, span);
    Some(match &instance.config {
        None => instance.setters.apply(quote_spanned!(span=> #runtime::#config::new())),
        Some(base) if instance.setters.is_empty() => base.to_token_stream(),
        Some(base) => {
            let set = instance.setters.apply(quote_spanned!(span=> __resilience_config));
            quote_spanned!(span=> { let __resilience_config: #runtime::#config = #base; #set })
        }
    })
}

/// The type of a layer's instance.
pub(crate) fn policy_type(layer: &Layer, runtime: &TokenStream) -> TokenStream {
    let span = generated_span(layer.span);
    let policy = Ident::new(layer.attribute.policy, span);
    if layer.expansion.keyed().is_some() {
        return quote_spanned!(span=> #runtime::Keyed<#runtime::#policy>);
    }
    quote_spanned!(span=> #runtime::#policy)
}

/// What every name begins with that generated code binds: a pattern would take any other for the constant, static or
/// unit struct that the user calls so.
pub(crate) const PREFIX: &str = "__resilience_";

/// A static's name. It is visible in the user's body, so it is one that no user would pick.
pub(crate) fn static_name(name: &Ident) -> Ident {
    let text = name.to_string();
    let word = text.strip_prefix(PREFIX).unwrap_or(&text).to_uppercase();
    format_ident!("__RESILIENCE_{word}", span = name.span())
}
