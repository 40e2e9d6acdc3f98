//! The instances that an item builds: their statics, and their entry in the registry's list.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, UnOp};

use crate::attribute::options::value::transparent;
use crate::expansion::value::{built, policy_type};
use crate::layer::model::{Instance, Layer, Source, Stack};
use crate::layer::names::{self, NamedItem};
use crate::policies::resilient;
use crate::source::function::Guarded;
use crate::tokens::{generated_span, moved};

/// The instances that are built here, and the function's entry in the registry's list.
pub(crate) fn statics(
    guarded: &Guarded,
    stack: &Stack,
    names: &[Ident],
    runtime: &TokenStream,
) -> (TokenStream, TokenStream) {
    let (mut statics, mut sites) = (TokenStream::new(), Vec::new());
    let mut whole = Whole::default();
    let item = NamedItem { ident: &guarded.name, path: &guarded.path };
    for (layer, name) in stack.layers.iter().zip(names) {
        let span = generated_span(layer.span);
        let instance = match &layer.source {
            Source::Own(instance) => instance,
            Source::Shared(expr) => {
                sites.push(elsewhere(layer, name, expr, guarded, runtime));
                continue;
            }
        };
        let name = static_name(name);
        let policy = policy_type(layer, runtime);
        let value = built(layer, instance, item, runtime);
        let guard = names::guard(instance.naming(), layer.attribute, runtime);
        statics.extend(quote_spanned!(span=> static #name: #policy = #value; #guard));
        sites.push(if layer.expansion.is_open_ended() {
            quote_spanned!(span=> &<#policy>::open_ended(&#name))
        } else {
            quote_spanned!(span=> &#name)
        });
        whole.add(layer, instance, &name);
    }
    let span = generated_span(Span::call_site());
    let path = names::path(item, "", span);
    let inside = |inner, layer: &TokenStream| quote_spanned!(span=> (#layer, #inner));
    let layers = sites.iter().rev().fold(quote_spanned!(span=> ()), inside);
    let mut site = quote_spanned!(span=> #runtime::Site::function(#path, &#layers));
    if let Some((whole, entry)) = whole.listed(item, runtime) {
        statics.extend(whole);
        site.extend(quote_spanned!(span=> .and(&[#entry])));
    }
    (statics, submit(&site, runtime))
}

/// An instance that exists already: a static is looked up by its path when the function is asked for its stack. It is
/// bound as for a call, so that the compiler reports a wrong one once.
fn elsewhere(
    layer: &Layer,
    name: &Ident,
    expr: &Expr,
    guarded: &Guarded,
    runtime: &TokenStream,
) -> TokenStream {
    if names_static(expr) && guarded.scope.foreign_to_static(expr).is_none() {
        let span = generated_span(expr.span());
        let (policy, bound) = (policy_type(layer, runtime), shared(layer, name, runtime));
        return quote_spanned!(span=> &#runtime::Shared(|| { #bound <#policy>::listed(#name) }));
    }
    let span = generated_span(layer.span);
    let kind = Ident::new(layer.attribute.policy, span);
    quote_spanned!(span=> &#runtime::Unknown(#runtime::PolicyKind::#kind))
}

/// Evaluates an existing instance, once. Two steps, so that `if` and `match` expressions coerce too.
pub(crate) fn shared(layer: &Layer, name: &Ident, runtime: &TokenStream) -> Option<TokenStream> {
    let Source::Shared(expr) = &layer.source else { return None };
    let span = generated_span(expr.span());
    let name = Ident::new(&name.to_string(), span);
    let policy = moved(&policy_type(layer, runtime), span);
    let expr = transparent(expr);
    let reference = match expr {
        Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_) | Expr::Assign(_) | Expr::Closure(_) => {
            quote_spanned!(span=> &(#expr))
        }
        _ => quote_spanned!(span=> &#expr),
    };
    Some(quote_spanned! {span=>
        let #name = #reference;
        let #name: &#policy = #name;
    })
}

/// Whether it is a static, or something in one, by the way it is written.
fn names_static(expr: &Expr) -> bool {
    match transparent(expr) {
        Expr::Path(path) => {
            let last = path.path.segments.last();
            let is_upper = |name: &Ident| !name.to_string().contains(char::is_lowercase);
            path.qself.is_none()
                && path.path.segments.iter().all(|segment| segment.arguments.is_none())
                && last.is_some_and(|last| is_upper(&last.ident))
        }
        Expr::Reference(reference) => names_static(&reference.expr),
        Expr::Unary(dereferenced) if matches!(dereferenced.op, UnOp::Deref(_)) => {
            names_static(&dereferenced.expr)
        }
        Expr::Field(field) => names_static(&field.base),
        _ => false,
    }
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
        parts.items.extend(declared(&listed, runtime));
    }
    parts
}

/// Lists instances that no function owns.
pub(crate) fn declared(listed: &[TokenStream], runtime: &TokenStream) -> TokenStream {
    let span = generated_span(Span::call_site());
    submit(&quote_spanned!(span=> #runtime::Site::of(&[#(#listed),*])), runtime)
}

/// Lists something before the first call, and before anything else of the program runs. In braces, it is one token for the
/// macros of inventory, which hand it on several times.
fn submit(site: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let span = generated_span(Span::call_site());
    quote_spanned!(span=> #runtime::submit! { { #site } })
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
