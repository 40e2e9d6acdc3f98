//! Bodies that a test can replace: only for users of the runtime crate's feature `test-util`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::expansion::instances::{PREFIX, static_name};
use crate::layer::call::{CallTokens, Edge};
use crate::layer::model::Stack;
use crate::mode::Mode;
use crate::source::function::Guarded;
use crate::source::return_type::is_named_error;
use crate::tokens::generated_span;

/// Whether the users' tests want any.
#[cfg(not(test))]
fn are_wanted() -> bool {
    cfg!(feature = "test-util")
}

#[cfg(test)]
thread_local!(pub(crate) static WANTED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });

#[cfg(test)]
fn are_wanted() -> bool {
    WANTED.get()
}

/// How an outcome leaves a stack that has no policy yet.
pub(crate) fn innermost_edge() -> Edge<'static> {
    if are_wanted() { Edge::Faults } else { Edge::Unrejected }
}

fn site(span: Span) -> Ident {
    static_name(&Ident::new(&format!("{PREFIX}faults"), span))
}

/// What a test finds the function by.
pub(crate) fn listed(guarded: &Guarded, runtime: &TokenStream) -> Option<TokenStream> {
    let span = generated_span(Span::call_site());
    let (site, path) = (site(span), format!("::{}", guarded.path));
    are_wanted().then(|| {
        quote_spanned! {span=>
            static #site: #runtime::faults::FaultSite =
                #runtime::faults::FaultSite::new(::core::concat!(::core::module_path!(), #path));
            #runtime::submit! { #runtime::faults::Listed(&#site) }
        }
    })
}

/// The body, or a fault in its place.
pub(crate) fn around(
    body: CallTokens,
    guarded: &Guarded,
    stack: &Stack,
    runtime: &TokenStream,
) -> CallTokens {
    if !are_wanted() {
        return body;
    }
    let span = generated_span(Span::call_site());
    let (site, typed) = (site(span), typed(guarded, stack, runtime, span));
    match guarded.mode {
        Mode::Async => CallTokens::Future(body.future(span).around(
            |body| quote_spanned!(span=> #runtime::faults::faulty(|| &#site, #body, #typed)),
        )),
        Mode::Blocking => {
            let body = body.outcome(span);
            CallTokens::Outcome(quote_spanned! {span=>
                match #runtime::faults::blocking(&#site, #typed) {
                    ::core::option::Option::Some(__resilience_fault) => __resilience_fault,
                    ::core::option::Option::None => #body,
                }
            })
        }
    }
}

/// Makes a result of an error that the test gave.
fn typed(guarded: &Guarded, stack: &Stack, runtime: &TokenStream, span: Span) -> TokenStream {
    let output = &guarded.output;
    if guarded.is_response || !is_named_error(output, &guarded.generics) {
        quote_spanned!(span=> |__resilience_fault| #runtime::faults::unknown(__resilience_fault))
    } else if stack.is_total() {
        // An inherent method may be found first, and then the trait is not needed.
        quote_spanned! {span=> |__resilience_fault| {
            #[allow(unused_imports)]
            use #runtime::PlainReturn as _;
            #runtime::ReturnType::<#output>::new().__resilience_fault(__resilience_fault)
        }}
    } else {
        quote_spanned!(span=> #runtime::fault!(#output))
    }
}
