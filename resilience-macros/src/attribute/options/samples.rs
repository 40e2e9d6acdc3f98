//! What an adaptive limit learns from: `tolerance = 1.5`, `window = "100ms"`, `min_samples = 50`.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::Lit;

use crate::attribute::options::ratio::Factor;
use crate::attribute::options::value::{Value, written};

/// A multiplier above 1 and at most 10.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tolerance(Factor);

impl Value for Tolerance {
    const CHECK: Option<&'static str> = Some("tolerance");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).tolerance().map(|times| Self(Factor(times)))
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        self.0.tokens(span, runtime)
    }
}

/// How long samples are collected: at least 10 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleWindow(Duration);

impl Value for SampleWindow {
    const CHECK: Option<&'static str> = Some("sample_window");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).sample_window().map(Self)
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        self.0.tokens(span, runtime)
    }
}

/// How many samples a window needs: at least 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Samples(u32);

impl Value for Samples {
    const CHECK: Option<&'static str> = Some("samples");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).samples().map(Self)
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        self.0.tokens(span, runtime)
    }
}
