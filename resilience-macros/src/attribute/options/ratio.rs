//! Ratios and factors: `0.25`, `"25%"`, `2.0`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::Lit;

use crate::attribute::options::value::{Value, written};

/// A share above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio(pub(crate) f64);

impl Value for Ratio {
    const CHECK: Option<&'static str> = Some("ratio");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).ratio().map(Self)
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        float(self.0, span)
    }
}

/// A multiplier of at least 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Factor(pub(crate) f64);

impl Value for Factor {
    const CHECK: Option<&'static str> = Some("factor");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).factor().map(Self)
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        float(self.0, span)
    }
}

fn float(value: f64, span: Span) -> TokenStream {
    let mut literal = Literal::f64_unsuffixed(value);
    literal.set_span(span);
    literal.into_token_stream()
}
