//! `#[health_check]`: its options, and how the function gets onto the registry's list.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use crate::attribute::options::duration::Positive;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::model::{Layer, LayerExpansion};
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};
use crate::tokens::generated_span;

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "health_check",
    noun: "health check",
    policy: "HealthCheck",
    config: "HealthCheckConfig",
    options: OPTIONS,
    positional: Positional::None,
    likely: "every",
    misplaced: |_| None,
    effects: &[Effect::CallsItself],
    blocking: Blocking::Never(NOT_ASYNC),
};

options! {
    set timeout: Positive = "\"500ms\"";
    set every: Positive = "\"10s\"";
    set critical: bool = "";
}

const NOT_ASYNC: &str =
    "a health check must not block the endpoint that runs it: make the function `async`";
const NOT_A_FUNCTION: &str =
    "a health check is a function: write it on an `async fn` without arguments";

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    Options::read(reading);
    if reading.target.is_static() || reading.instance().is_some() {
        reading.errors.at(reading.span, NOT_A_FUNCTION);
    }
    vec![reading.layer(HealthCheck)]
}

/// It changes nothing about a call: it lists the function for the registry, which calls it.
struct HealthCheck;

impl LayerExpansion for HealthCheck {
    fn wrap(&self, inner: CallTokens, _: &WrapContext<'_>) -> CallTokens {
        inner
    }

    fn ingredient(&self, item: &Ident, runtime: &TokenStream) -> Option<TokenStream> {
        let span = generated_span(item.span());
        Some(quote_spanned!(span=> || #runtime::probe(#item())))
    }
}
