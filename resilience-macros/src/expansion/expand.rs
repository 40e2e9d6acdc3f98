//! From what a stack means to the code that does it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::attribute::Effect;
use crate::expansion::capture::Capture;
use crate::expansion::faults;
use crate::expansion::instances::{PREFIX, shared, static_name, statics};
use crate::expansion::place::{is_in_place, placed};
use crate::expansion::value::policy_type;
use crate::layer::call::{self, CallTokens, Edge, WrapContext};
use crate::layer::future::FutureTokens;
use crate::layer::model::{Layer, Source, Stack};
use crate::mode::Mode;
use crate::source::function::Guarded;
use crate::source::items;
use crate::source::return_type;
use crate::tokens::{generated_span, moved};

/// The function's new body, to be put into its frame.
pub(crate) fn body(guarded: &Guarded, stack: &Stack, capture: &Capture<'_>) -> TokenStream {
    let at = Span::call_site();
    let runtime = stack.runtime.private(at);
    let names = layer_names(stack);
    let (statics, submit) = statics(guarded, stack, &names, &runtime);
    let mut prepared = TokenStream::new();
    let faults = faults::listed(guarded, &runtime);
    let mut call =
        faults::around(core(guarded, stack, capture, &runtime), guarded, stack, &runtime);
    let mut edge = faults::innermost_edge();
    let rebindable = capture.rebindable();
    for (place, (layer, name)) in stack.layers.iter().zip(&names).enumerate().rev() {
        let mut context = context(layer, name, guarded, stack.is_total(), edge, &runtime);
        context.is_inspector_bound = stack.has_bound_inspector(place, guarded);
        if place > 0 || layer.is_shared() {
            context.rebound.clone_from(&rebindable);
        }
        let instance = shared(layer, name, &runtime);
        let first = layer.expansion.prepare(&context);
        let by_key = layer.expansion.keyed().map(|keyed| keyed.prepare(&context));
        prepared = quote_spanned!(context.span=> #instance #first #by_key #prepared);
        if by_key.is_some() {
            context.policy = quote_spanned!(context.span=> &#name);
            context.static_type = None;
        }
        call = layer.expansion.wrap(call, &context);
        edge = beyond(layer, edge, stack);
    }
    let span = generated_span(at);
    let outcome = call.outcome(span);
    let finish = finish(guarded, edge, stack.runtime.0.is_some(), &runtime);
    let at_once = runs_at_once(guarded, &runtime);
    quote_spanned! {span=>
        #at_once
        #statics
        #submit
        #faults
        #prepared
        let __resilience_outcome = #outcome;
        #finish
    }
}

/// How rejections that pass `layer` on their way out become the function's error.
fn beyond<'s>(layer: &Layer, edge: Edge<'s>, stack: &'s Stack) -> Edge<'s> {
    if layer.attribute.has(Effect::Answers) {
        return Edge::Unrejected;
    }
    match (&stack.rejection, layer.attribute.has(Effect::Rejects)) {
        (_, false) => edge,
        (Some(map), true) => Edge::Mapped(map),
        (None, true) => Edge::From,
    }
}

/// `retry`, `timeout`, `timeout_2`: after the attribute, and unique.
fn layer_names(stack: &Stack) -> Vec<Ident> {
    let mut names = Vec::new();
    for (i, layer) in stack.layers.iter().enumerate() {
        let same = |other: &&Layer| other.attribute.name == layer.attribute.name;
        let before = stack.layers[..i].iter().filter(same).count();
        let span = generated_span(layer.span);
        names.push(match before {
            0 => format_ident!("{PREFIX}{}", layer.attribute.name, span = span),
            _ => format_ident!("{PREFIX}{}_{}", layer.attribute.name, before + 1, span = span),
        });
    }
    names
}

fn context<'s>(
    layer: &Layer,
    name: &Ident,
    guarded: &'s Guarded,
    is_total: bool,
    edge: Edge<'s>,
    runtime: &'s TokenStream,
) -> WrapContext<'s> {
    let span = generated_span(layer.span);
    let (policy, static_type) = match &layer.source {
        Source::Shared(_) => (name.to_token_stream(), None),
        Source::Own(_) => {
            let name = static_name(name);
            (quote_spanned!(span=> &#name), Some(policy_type(layer, runtime)))
        }
    };
    WrapContext {
        runtime,
        policy,
        static_type,
        binding: name.clone(),
        mode: guarded.mode,
        output: &guarded.output,
        is_total,
        rebound: Vec::new(),
        is_inspector_bound: false,
        edge,
        span,
    }
}

/// The user's body, in place.
fn core(
    guarded: &Guarded,
    stack: &Stack,
    capture: &Capture<'_>,
    runtime: &TokenStream,
) -> CallTokens {
    match guarded.mode {
        Mode::Async => CallTokens::Future(awaited(guarded, stack, capture, runtime)),
        Mode::Blocking => CallTokens::Outcome(called(guarded, stack, capture, runtime)),
    }
}

fn awaited(
    guarded: &Guarded,
    stack: &Stack,
    capture: &Capture<'_>,
    runtime: &TokenStream,
) -> FutureTokens {
    let span = generated_span(Span::call_site());
    let output = &guarded.output;
    let of_body = if guarded.is_response { &infer(span) } else { output };
    let (named, bound) = (capture.named(), capture.bound());
    let never = quote_spanned!(span=> if false { #named return #runtime::never::<#of_body>(); });
    let block = block(guarded, &quote_spanned!(span=> #never #bound));
    let owns = capture.is_whole().then(|| quote_spanned!(span=> move));
    let block = quote_spanned!(span=> async #owns #block);
    let (place, block) = placed(block, is_in_place(capture.is_whole(), stack), runtime);
    let future = if stack.is_total() {
        plain_or_not(&quote_spanned!(span=> __resilience_body(#block)), output, runtime)
    } else if guarded.is_response {
        // The inner one makes a result of it, the outer one an outcome.
        quote_spanned!(span=> #runtime::body(#runtime::body(#block)))
    } else {
        quote_spanned!(span=> #runtime::body(#block))
    };
    FutureTokens { place, future }
}

fn called(
    guarded: &Guarded,
    stack: &Stack,
    capture: &Capture<'_>,
    runtime: &TokenStream,
) -> TokenStream {
    let span = generated_span(Span::call_site());
    let output = &guarded.output;
    let bound = capture.bound();
    let ends =
        capture.is_forced().then(|| quote_spanned!(span=> return #runtime::never::<#output>();));
    let named = capture.named().map(|named| quote_spanned!(span=> if false { #named #ends }));
    let owns = capture.is_whole().then(|| quote_spanned!(span=> move));
    let block = block(guarded, &quote_spanned!(span=> #named #bound));
    let block = quote_spanned!(span=> #owns || -> #output #block);
    if stack.is_total() {
        plain_or_not(&quote_spanned!(span=> __resilience_body_blocking(#block)), output, runtime)
    } else {
        quote_spanned!(span=> #runtime::blocking::body(#block))
    }
}

fn infer(span: Span) -> Type {
    syn::parse_quote_spanned!(span=> _)
}

/// The body after some statements of ours, in braces of the user's edition. Its items stand in a block of their own: clippy
/// has items come first.
fn block(guarded: &Guarded, first: &TokenStream) -> TokenStream {
    let Guarded { frame, body, .. } = guarded;
    let braced = |content| {
        let mut block = Group::new(Delimiter::Brace, content);
        block.set_span(frame.braces());
        TokenStream::from(TokenTree::Group(block))
    };
    if !first.is_empty() && items::starts_with_one(body) {
        let body = braced(body.clone());
        return quote_spanned!(generated_span(Span::call_site())=> { #first #body });
    }
    braced(quote_spanned!(generated_span(Span::call_site())=> #first #body))
}

/// A body that may return a plain value or a `Result`: its type chooses the method.
fn plain_or_not(call: &TokenStream, output: &Type, runtime: &TokenStream) -> TokenStream {
    let span = generated_span(Span::call_site());
    // An inherent method may be found first, and then the trait is not needed.
    quote_spanned! {span=> {
        #[allow(unused_imports)]
        use #runtime::PlainReturn as _;
        #runtime::ReturnType::<#output>::new().#call
    }}
}

/// Asks the compiler whether a synchronous function returns a future by another name: its run would not be guarded.
fn runs_at_once(guarded: &Guarded, runtime: &TokenStream) -> Option<TokenStream> {
    let output = &guarded.output;
    if guarded.mode == Mode::Async || return_type::is_result(output) {
        return None;
    }
    let span = generated_span(output.span());
    let runtime = moved(runtime, span);
    // The type's own method may be found first, and of two traits one is chosen.
    Some(quote_spanned! {span=> {
        #[allow(unused_imports)]
        use #runtime::ladder::{RunsLater as _, RunsNow as _};
        #runtime::ladder::guards_its_run((&#runtime::Of::<#output>::new()).__resilience_runs());
    }})
}

/// The function's edge, where a rejection becomes its error.
fn finish(
    guarded: &Guarded,
    edge: Edge<'_>,
    is_renamed: bool,
    runtime: &TokenStream,
) -> TokenStream {
    let output = &guarded.output;
    let span = generated_span(output.span());
    match edge {
        Edge::Mapped(map) => {
            quote_spanned!(span=> #runtime::finish_with(__resilience_outcome, #map))
        }
        Edge::From => {
            let runtime = moved(runtime, span);
            let finish = if is_renamed { "finish_elsewhere" } else { "finish" };
            let finish = Ident::new(finish, span);
            quote_spanned!(span=> #runtime::#finish::<#output, _>(__resilience_outcome))
        }
        Edge::Unrejected => {
            quote_spanned!(span=> #runtime::finish_unrefused::<#output>(__resilience_outcome))
        }
        Edge::Faults => {
            let reject = call::reject(output, runtime, span);
            quote_spanned!(span=> #runtime::faults::finish::<#output>(__resilience_outcome, #reject))
        }
    }
}
