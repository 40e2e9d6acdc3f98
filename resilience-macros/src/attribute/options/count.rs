//! Counts: `attempts = 3`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::Lit;

use crate::attribute::options::value::Value;

/// How many, at least one.
impl Value for u32 {
    const CHECK: Option<&'static str> = Some("count");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match literal {
            Lit::Int(int) => count(int, negative),
            Lit::Str(text) if text.value().parse::<u32>().is_ok() => {
                Err(format!("a count is written without quotes: {}", text.value()))
            }
            _ => Err("this is not a count: write a whole number like 3".into()),
        }
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        let mut literal = Literal::u32_unsuffixed(*self);
        literal.set_span(span);
        literal.into_token_stream()
    }
}

fn count(int: &syn::LitInt, negative: bool) -> Result<u32, String> {
    let sign = if negative { "-" } else { "" };
    match int.base10_parse::<u32>() {
        Ok(count) if count > 0 && !negative => Ok(count),
        Err(_) if !negative => Err(format!("a count is at most {}, but this is {int}", u32::MAX)),
        _ => Err(format!("a count is at least 1, but this is {sign}{int}: write 1 or more")),
    }
}
