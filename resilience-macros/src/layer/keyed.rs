//! One instance per key: what `key = …` and `max_keys = …` mean.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::options::value::SpannedValue;
use crate::layer::call::WrapContext;
use crate::tokens::generated_span;

/// The instances of one attribute, and which of them a call takes.
pub(crate) struct Keyed {
    /// The key of a call; a declared static has none.
    pub(crate) key: Option<Expr>,
    pub(crate) max_keys: Option<SpannedValue<u32>>,
}

impl Keyed {
    /// Looks the call's instance up, before the body starts.
    pub(crate) fn prepare(&self, context: &WrapContext<'_>) -> TokenStream {
        let Some(key) = &self.key else { return TokenStream::new() };
        let WrapContext { runtime, policy, binding, .. } = context;
        let span = generated_span(key.span());
        quote_spanned! {span=>
            let #binding = {
                #[allow(unused_imports)]
                use #runtime::{Key as _, KeyByDebug as _, KeyByDisplay as _};
                // A temporary lives on in the arm.
                match (#key).resilience_key() {
                    key => #runtime::Keyed::get_shown(
                        #policy, key, (&#runtime::of_key(key)).__resilience_shown(),
                    ),
                }
            };
        }
    }

    /// Where the number of keys is bounded by hand.
    pub(crate) fn bound_at(&self) -> Option<Span> {
        self.max_keys.as_ref().map(|option| option.key.span())
    }

    /// `.max_keys(100)`, or nothing.
    pub(crate) fn bound(&self, runtime: &TokenStream) -> Option<TokenStream> {
        let option = self.max_keys.as_ref()?;
        let (span, value) = (generated_span(option.key.span()), option.tokens(runtime));
        Some(quote_spanned!(span=> .max_keys(#value)))
    }
}
