//! Counts: `attempts = 3`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::Lit;

use crate::attribute::options::value::{Value, written};

/// How many, at least one.
impl Value for u32 {
    const CHECK: Option<&'static str> = Some("count");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).count()
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        let mut literal = Literal::u32_unsuffixed(*self);
        literal.set_span(span);
        literal.into_token_stream()
    }
}
