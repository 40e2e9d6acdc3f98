//! `#[rate_limit]`: its options, what they mean together, and how it wraps a call.

use darling::FromMeta;
use proc_macro2::Span;
use syn::Expr;

use crate::attribute::{Attribute, Known, Positional};
use crate::keyed::{Keyed, Keys};
use crate::model::{Layer, Meaning};
use crate::options::{Positive, Rate, Written};
use crate::piece::{Piece, Site};
use crate::reading::Reading;

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "rate_limit",
    noun: "rate limit",
    policy: "RateLimiter",
    config: "RateLimitConfig",
    options: &[
        Known::construction("rate", "\"100/s\""),
        Known::construction("burst", "20"),
        Known::construction("max_wait", "\"100ms\""),
        Known::call("key", "user_id"),
        Known::construction("max_keys", "10_000"),
    ],
    positional: Positional::Option("rate"),
    likely: "burst",
    read,
};

#[derive(Default, FromMeta)]
struct Options {
    rate: Option<Written<Rate>>,
    burst: Option<Written<u32>>,
    max_wait: Option<Written<Positive>>,
    #[darling(flatten)]
    keys: Keys,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options: Options = reading.options();
    reading.set(&options.rate);
    reading.set(&options.burst);
    reading.set(&options.max_wait);
    if options.rate.is_none() && reading.is_complete() && reading.is_clean() {
        reading.errors.at(
            reading.span,
            "only you know how much is too much: write the rate, `#[rate_limit(\"100/s\")]`, or \
             use an instance, \
             `#[rate_limit(SHARED)]`",
        );
    }
    let waits = options.max_wait.map(|option| option.key.span());
    let keyed = options.keys.read(reading);
    vec![reading.layer(RateLimit { waits, keyed })]
}

struct RateLimit {
    /// The option that makes calls wait.
    waits: Option<Span>,
    keyed: Option<Keyed>,
}

impl Meaning for RateLimit {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        site.guard("rate_limit", inner, None)
    }

    fn expressions(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn keyed(&self) -> Option<&Keyed> {
        self.keyed.as_ref()
    }

    fn needs_async(&self) -> Option<(Option<Span>, &'static str)> {
        let key = self.waits?;
        Some((
            Some(key),
            "a plain function cannot wait for its turn: remove `max_wait`, or make the function \
             `async`",
        ))
    }
}
