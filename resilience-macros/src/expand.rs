//! From what a stack means to the code that does it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::function::Guarded;
use crate::model::{Instance, Layer, Mode, Piece, Site, Source, Stack};
use crate::names;
use crate::options::{quiet, transparent};

/// The function's new body, to be put into its frame.
pub(crate) fn body(guarded: &Guarded, stack: &Stack) -> TokenStream {
    let at = Span::call_site();
    let runtime = stack.runtime.private(at);
    let names = layer_names(stack);
    let (statics, submit) = statics(guarded, stack, &names, &runtime);
    let mut prepared = TokenStream::new();
    let mut piece = core(guarded, stack, &runtime);
    for (layer, name) in stack.layers.iter().zip(&names).rev() {
        let site = site(layer, name, guarded, &runtime);
        let instance = shared(layer, name, &runtime);
        let first = layer.meaning.prepare(&site);
        prepared = quote_spanned!(site.span=> #instance #first #prepared);
        piece = layer.meaning.wrap(piece, &site);
    }
    let span = quiet(at);
    let outcome = piece.outcome(span);
    let finish = finish(guarded, stack, &runtime);
    quote_spanned! {span=>
        #statics
        #submit
        #prepared
        let outcome = #outcome;
        #finish
    }
}

/// `retry`, `timeout`, `timeout_2`: after the attribute, and unique.
fn layer_names(stack: &Stack) -> Vec<Ident> {
    let mut names = Vec::new();
    for (i, layer) in stack.layers.iter().enumerate() {
        let same = |other: &&Layer| other.attribute.name == layer.attribute.name;
        let before = stack.layers[..i].iter().filter(same).count();
        let span = quiet(layer.span);
        names.push(match before {
            0 => Ident::new(layer.attribute.name, span),
            _ => format_ident!("{}_{}", layer.attribute.name, before + 1, span = span),
        });
    }
    names
}

/// A static's name. It is visible in the user's body, so it is one that nobody else picks.
fn static_name(name: &Ident) -> Ident {
    format_ident!("__RESILIENCE_{}", name.to_string().to_uppercase(), span = name.span())
}

fn site<'s>(
    layer: &Layer,
    name: &Ident,
    guarded: &'s Guarded,
    runtime: &'s TokenStream,
) -> Site<'s> {
    let span = quiet(layer.span);
    let policy = match &layer.source {
        Source::Shared(_) => name.to_token_stream(),
        Source::Own(_) => {
            let name = static_name(name);
            quote_spanned!(span=> &#name)
        }
    };
    Site {
        runtime,
        policy,
        binding: name.clone(),
        mode: guarded.mode,
        output: &guarded.output,
        span,
    }
}

/// The instances that are built here, and their entry in the registry's list.
fn statics(
    guarded: &Guarded,
    stack: &Stack,
    names: &[Ident],
    runtime: &TokenStream,
) -> (TokenStream, Option<TokenStream>) {
    let (mut statics, mut listed) = (TokenStream::new(), Vec::new());
    for (layer, name) in stack.layers.iter().zip(names) {
        let Source::Own(instance) = &layer.source else { continue };
        let span = quiet(layer.span);
        let (name, policy) = (static_name(name), Ident::new(layer.attribute.policy, span));
        let value = built(layer, instance, &guarded.name, runtime);
        let guard = names::guard(instance.name.as_ref(), layer.attribute);
        statics.extend(quote_spanned!(span=> static #name: #runtime::#policy = #value; #guard));
        listed.push(quote_spanned!(span=> #runtime::Listed::#policy(&#name)));
    }
    let submit = (!listed.is_empty()).then(|| submit(&listed, runtime));
    (statics, submit)
}

/// Lists instances before the first call, and before anything else of the program runs.
pub(crate) fn submit(listed: &[TokenStream], runtime: &TokenStream) -> TokenStream {
    let span = quiet(Span::call_site());
    quote_spanned! {span=>
        #runtime::submit! { #runtime::Site(&[#(#listed),*]) }
    }
}

/// `Retry::declared(identity, config)`
pub(crate) fn built(
    layer: &Layer,
    instance: &Instance,
    item: &Ident,
    runtime: &TokenStream,
) -> TokenStream {
    let span = quiet(layer.span);
    let (policy, config) =
        (Ident::new(layer.attribute.policy, span), Ident::new(layer.attribute.config, span));
    let identity = names::identity(instance.name.as_ref(), item, layer.span, runtime);
    let config = match &instance.config {
        None => instance.setters.apply(quote_spanned!(span=> #runtime::#config::new())),
        Some(base) if instance.setters.is_empty() => base.to_token_stream(),
        Some(base) => {
            let set = instance.setters.apply(quote_spanned!(span=> config));
            quote_spanned!(span=> { let config: #runtime::#config = #base; #set })
        }
    };
    quote_spanned!(span=> #runtime::#policy::declared(#identity, #config))
}

/// Evaluates an existing instance, once. Two steps, so that `if` and `match` expressions coerce too.
fn shared(layer: &Layer, name: &Ident, runtime: &TokenStream) -> Option<TokenStream> {
    let Source::Shared(expr) = &layer.source else { return None };
    let span = quiet(expr.span());
    let (name, policy) =
        (Ident::new(&name.to_string(), span), Ident::new(layer.attribute.policy, span));
    let reference = match transparent(expr) {
        Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_) | Expr::Assign(_) | Expr::Closure(_) => {
            quote_spanned!(span=> &(#expr))
        }
        _ => quote_spanned!(span=> &#expr),
    };
    Some(quote_spanned! {span=>
        let #name = #reference;
        let #name: &#runtime::#policy = #name;
    })
}

/// The user's body, in place.
fn core(guarded: &Guarded, stack: &Stack, runtime: &TokenStream) -> Piece {
    let span = quiet(Span::call_site());
    let Guarded { output, body, .. } = guarded;
    match guarded.mode {
        Mode::Async => {
            let capture = takes_arguments(guarded, stack).then(|| quote_spanned!(span=> move));
            let never = quote_spanned!(span=> if false { return #runtime::never::<#output>(); });
            Piece::Future(quote_spanned!(span=> #runtime::body(async #capture { #never #body })))
        }
        Mode::Blocking => Piece::Outcome(quote_spanned! {span=>
            #runtime::blocking::body(|| -> #output { #body })
        }),
    }
}

/// Whether the body may own the arguments. Then they need not be `Sync` for the future to be `Send`; but it must run
/// once, and nobody else may borrow from them.
fn takes_arguments(guarded: &Guarded, stack: &Stack) -> bool {
    let borrows = |expr: &Expr| guarded.scope.borrows(expr);
    !stack.layers.iter().any(|layer| {
        layer.meaning.reruns()
            || layer.meaning.expressions().into_iter().any(borrows)
            || matches!(&layer.source, Source::Shared(expr) if borrows(expr))
    })
}

/// The function's edge, where a refusal becomes its error.
fn finish(guarded: &Guarded, stack: &Stack, runtime: &TokenStream) -> TokenStream {
    let output = &guarded.output;
    let span = quiet(output.span());
    if let Some(map) = &stack.rejection {
        return quote_spanned!(span=> #runtime::finish_with(outcome, #map));
    }
    if stack.layers.iter().any(|layer| layer.meaning.refuses()) {
        return quote_spanned!(span=> #runtime::finish::<#output>(outcome));
    }
    quote_spanned!(span=> #runtime::finish_unrefused::<#output>(outcome))
}
