//! What the static of an instance holds.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::layer::model::{Instance, Layer};
use crate::layer::names::{self, NamedItem};
use crate::tokens::generated_span;

/// `Retry::declared(identity, config)`, or where nothing is said of it what costs the compiler half of that.
pub(crate) fn built(
    layer: &Layer,
    instance: &Instance,
    item: NamedItem<'_>,
    runtime: &TokenStream,
) -> TokenStream {
    let span = generated_span(layer.span);
    let (policy, naming) = (policy_type(layer, runtime), instance.naming());
    let ingredient = layer.expansion.ingredient(item.ident, runtime);
    if has_defaults(layer, instance) && naming.0.is_none() && ingredient.is_none() {
        let (path, line) = names::default(naming.1, item, layer.span);
        return quote_spanned!(span=> <#policy>::by_default(#path, #line));
    }
    let identity = names::identity(naming, item, layer.span, runtime);
    let ingredient = ingredient.map(|value| quote_spanned!(span=> , #value));
    let config =
        configuration(layer, instance, runtime).map(|config| quote_spanned!(span=> , #config));
    let bound = layer.expansion.keyed().and_then(|keyed| keyed.bound(runtime));
    quote_spanned!(span=> <#policy>::declared(#identity #config #ingredient) #bound)
}

/// Whether a config of one instance is the default.
fn has_defaults(layer: &Layer, instance: &Instance) -> bool {
    let has_config = !layer.attribute.config.is_empty();
    let says_nothing = instance.config.is_none() && instance.setters.is_empty();
    has_config && says_nothing && layer.expansion.keyed().is_none()
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
