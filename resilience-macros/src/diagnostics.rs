//! Collects every mistake of one expansion, so that the user sees them all at once, each at its own token.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Error>);

impl Diagnostics {
    /// A mistake that spans `tokens`.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, text: impl Display) {
        self.0.push(Error::new_spanned(tokens, text));
    }

    /// A mistake at one place.
    pub(crate) fn at(&mut self, span: Span, text: impl Display) {
        self.0.push(Error::new(span, text));
    }

    pub(crate) fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = Error>) {
        self.0.extend(errors);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// One `compile_error!` per mistake: they stand beside the item, wherever it is.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(Error::to_compile_error).collect()
    }
}
