//! Names: `name = "payments"`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::Lit;

use crate::attribute::options::value::Value;

/// A text that isn't empty.
impl Value for String {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, _: bool) -> Result<Self, String> {
        match literal {
            Lit::Str(text) if text.value().trim().is_empty() => {
                Err("the name is empty: write one like \"payments\"".into())
            }
            Lit::Str(text) => Ok(text.value()),
            _ => Err("a name is a string: write one like \"payments\"".into()),
        }
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        let mut literal = Literal::string(self);
        literal.set_span(span);
        literal.into_token_stream()
    }
}
