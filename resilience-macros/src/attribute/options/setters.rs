//! Construction options as calls of the config's setters, which are named like them.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use crate::attribute::options::value::{SpannedValue, Value};
use crate::tokens::generated_span;

/// The setter calls of one instance. Keys keep their spans: editors show a setter's documentation at the option.
#[derive(Default)]
pub(crate) struct Setters(Vec<(Ident, TokenStream)>);

impl Setters {
    pub(crate) fn add<T: Value>(&mut self, option: &SpannedValue<T>, runtime: &TokenStream) {
        self.0.push((option.key.clone(), option.tokens(runtime)));
    }

    /// `base.attempts(5).delay(…)`
    pub(crate) fn apply(&self, base: TokenStream) -> TokenStream {
        self.0.iter().fold(base, |base, (key, value)| {
            let span = generated_span(key.span());
            quote_spanned!(span=> #base.#key(#value))
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
