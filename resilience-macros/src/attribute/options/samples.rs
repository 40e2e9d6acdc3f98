//! What an adaptive limit learns from: `tolerance = 1.5`, `window = "100ms"`, `min_samples = 50`.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::Lit;

use crate::attribute::options::ratio::Factor;
use crate::attribute::options::value::Value;

/// A multiplier above 1 and at most 10.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tolerance(Factor);

impl Value for Tolerance {
    const CHECK: Option<&'static str> = Some("tolerance");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match Factor::read(literal, negative) {
            Ok(factor) if factor.0 > 1.0 && factor.0 <= 10.0 => Ok(Self(factor)),
            _ => Err("a tolerance is above 1 and at most 10: write one like 1.5".into()),
        }
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
        let window = Duration::read(literal, negative)?;
        if window < Duration::from_millis(10) {
            return Err("this window is at least 10 ms: write \"10ms\" or more".into());
        }
        Ok(Self(window))
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
        let samples = u32::read(literal, negative)?;
        if samples < 10 {
            return Err(format!(
                "a window needs at least 10 samples, but this is {samples}: write 10 or more"
            ));
        }
        Ok(Self(samples))
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        self.0.tokens(span, runtime)
    }
}
