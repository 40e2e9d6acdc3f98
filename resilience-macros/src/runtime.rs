//! Where generated code finds the runtime crate.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Path;
use syn::parse::Parser;

use crate::tokens::{compact, generated_span, is_sign, is_word};

/// The path of the runtime crate, where a user wrote one.
#[derive(Default)]
pub(crate) struct Runtime(pub(crate) Option<Path>);

impl Runtime {
    /// The path in `crate = path`, found before anything else is read: all code that is generated needs it.
    pub(crate) fn written(arguments: &TokenStream) -> Option<Path> {
        let mut tokens = arguments.clone().into_iter().peekable();
        while let Some(token) = tokens.next() {
            let is_key = is_word(&token, "crate");
            if is_key && tokens.next_if(|next| is_sign(next, '=')).is_some() {
                let path =
                    tokens.by_ref().take_while(|next: &TokenTree| !is_sign(next, ',')).collect();
                return Path::parse_mod_style.parse2(path).ok();
            }
        }
        None
    }

    /// The crate as its user would write it.
    pub(crate) fn name(&self) -> String {
        self.0.as_ref().map_or_else(|| "resilience".into(), |path| compact(&path.to_token_stream()))
    }

    /// The path of the module that generated code names.
    pub(crate) fn private(&self, span: Span) -> TokenStream {
        let span = generated_span(span);
        if let Some(path) = &self.0 {
            return quote_spanned!(span=> #path::__private);
        }
        quote_spanned!(span=> ::resilience::__private)
    }
}
