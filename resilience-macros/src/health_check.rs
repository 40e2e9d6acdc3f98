//! `#[health_check]`: its options, and how the function gets onto the registry's list.

use darling::FromMeta;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;

use crate::attribute::{Attribute, Known, Positional};
use crate::model::{Layer, Meaning};
use crate::options::{Positive, Written, quiet};
use crate::piece::{Piece, Site};
use crate::reading::Reading;

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "health_check",
    noun: "health check",
    policy: "HealthCheck",
    config: "HealthCheckConfig",
    options: &[
        Known::construction("timeout", "\"1s\""),
        Known::construction("every", "\"10s\""),
        Known::construction("critical", ""),
    ],
    positional: Positional::None,
    likely: "every",
    read,
};

#[derive(Default, FromMeta)]
struct Options {
    timeout: Option<Written<Positive>>,
    every: Option<Written<Positive>>,
    critical: Option<Written<bool>>,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { timeout, every, critical } = reading.options();
    reading.set(&timeout);
    reading.set(&every);
    reading.set(&critical);
    if reading.place.is_static() || reading.instance().is_some() {
        reading.errors.at(
            reading.span,
            "a health check is a function: write it on an `async fn` without arguments",
        );
    }
    vec![reading.layer(HealthCheck)]
}

/// It changes nothing about a call: it lists the function, for others to call.
struct HealthCheck;

impl Meaning for HealthCheck {
    fn wrap(&self, inner: Piece, _: &Site<'_>) -> Piece {
        inner
    }

    fn expressions(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn refuses(&self) -> bool {
        false
    }

    fn needs_no_arguments(&self) -> bool {
        true
    }

    fn ingredient(&self, item: &Ident, runtime: &TokenStream) -> Option<TokenStream> {
        let span = quiet(item.span());
        Some(quote_spanned!(span=> || #runtime::probe(#item())))
    }

    fn needs_async(&self) -> Option<(Option<Span>, &'static str)> {
        Some((None, "a check must not block the endpoint that asks it: make the function `async`"))
    }
}
