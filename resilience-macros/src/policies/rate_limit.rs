//! `#[rate_limit]`: its options, what they mean together, and how it wraps a call.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Lit};

use crate::attribute::options::choice::{Choice, Words};
use crate::attribute::options::duration::Positive;
use crate::attribute::options::rate::Rate;
use crate::attribute::options::value::{SpannedValue, Value, with_feature};
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::diagnostics::Diagnostics;
use crate::grammar::{LONG_BURST, LONG_LEASE};
use crate::layer::model::Layer;
use crate::policies::admission::{AdmissionLayer, Argument, waits};
use crate::policies::keys::{Key, keyed};
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};
use crate::tokens::generated_span;

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "rate_limit",
    noun: "rate limit",
    policy: "RateLimiter",
    config: "RateLimitConfig",
    options: OPTIONS,
    positional: Positional::Option("rate"),
    likely: "burst",
    misplaced: |_| None,
    effects: &[Effect::Rejects],
    blocking: Blocking::WaitsNot(NOT_ASYNC),
};

options! {
    set rate: Rate = "\"100/s\"";
    set burst: u32 = "20";
    set max_wait: Positive = "\"100ms\"";
    set shared: Shared = "";
    set lease: Lease = "\"50ms\"";
    set unavailable: Choice<Unavailable> = "local";
    set replicas: u32 = "12";
    call cost: Cost = "rows.len()";
    call key: Key = "user_id";
    own max_keys: u32 = "10_000";
}

const NOT_ASYNC: &str = "a synchronous function cannot wait for its turn: remove `max_wait`, or make the function `async`";
const NO_RATE: &str = "a rate limit has no default rate: write one, `#[rate_limit(\"100/s\")]`, or use an instance, \
                       `#[rate_limit(SHARED)]`";

const LONGEST_LEASE: Duration = Duration::from_secs(1);

/// A flag that needs a feature of the runtime, which only the runtime knows.
#[derive(Clone, Debug)]
struct Shared(bool);

impl Value for Shared {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        bool::read(literal, negative).map(Self)
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        with_feature(&self.0.tokens(span, runtime), span, runtime)
    }

    fn checked(expr: &Expr, runtime: &TokenStream) -> TokenStream {
        with_feature(&expr.to_token_stream(), generated_span(expr.span()), runtime)
    }
}

/// How long ahead turns are fetched; zero for not at all.
#[derive(Clone, Debug)]
struct Lease(Duration);

impl Value for Lease {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match Duration::read(literal, negative)? {
            ahead if ahead > LONGEST_LEASE => Err(LONG_LEASE.into()),
            ahead => Ok(Self(ahead)),
        }
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        self.0.tokens(span, runtime)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unavailable;

impl Words for Unavailable {
    const TYPE: &'static str = "Unavailable";
    const WORDS: &'static [(&'static str, Self, &'static str)] =
        &[("local", Self, "Local"), ("allow", Self, "Allow"), ("reject", Self, "Reject")];
}

/// How many turns a call takes: an integer that sees the call.
#[derive(Clone, Debug)]
struct Cost(u32);

impl Value for Cost {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        u32::read(literal, negative).map(Self)
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        self.0.tokens(span, runtime)
    }
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options = Options::read(reading);
    if reading.is_complete() {
        options.sharing_alone(reading.errors);
    }
    let Options { rate, burst, max_wait, shared, cost, key, max_keys, .. } = options;
    if rate.is_none() && reading.is_complete() && reading.is_clean() {
        reading.errors.at(reading.span, NO_RATE);
    }
    if let Some(rate) = rate.filter(|_| reading.is_complete()) {
        too_long(&rate, burst.as_ref(), reading);
        too_much(&rate, burst.as_ref(), cost.as_ref(), reading);
    }
    let argument =
        cost.map(|cost| Argument { expr: cost.expr, convert: "cost", function: "rate_limit_cost" });
    let keyed = keyed(key, max_keys, reading);
    let shared = shared.filter(|shared| shared.literal().is_none_or(|flag| flag.0));
    let shared = shared.map(|shared| shared.key.span());
    let waits = waits(max_wait);
    let layer =
        AdmissionLayer { function: "rate_limit", judges: None, argument, waits, shared, keyed };
    vec![reading.layer(layer)]
}

impl Options {
    /// What says how a limit is shared, where none is.
    fn sharing_alone(&self, errors: &mut Diagnostics) {
        if self.shared.as_ref().is_some_and(|shared| shared.literal().is_none_or(|flag| flag.0)) {
            return;
        }
        let keys = [
            self.lease.as_ref().map(|option| &option.key),
            self.unavailable.as_ref().map(|option| &option.key),
            self.replicas.as_ref().map(|option| &option.key),
        ];
        for key in keys.into_iter().flatten() {
            let text = format!("`{key}` says how a fleet shares a limit: add `shared`");
            errors.at(key.span(), text);
        }
    }
}

/// The burst in force, where it is known now.
fn known_burst(rate: &Rate, burst: Option<&SpannedValue<u32>>) -> Option<u32> {
    burst.map_or(Some(rate.count), |burst| burst.literal().copied())
}

/// A burst that the clock cannot hold.
fn too_long(
    rate: &SpannedValue<Rate>,
    burst: Option<&SpannedValue<u32>>,
    reading: &mut Reading<'_>,
) {
    let Some(known) = rate.literal() else { return };
    if known_burst(known, burst).is_some_and(|burst| !known.holds(burst)) {
        let at = burst.map_or(&rate.expr, |burst| &burst.expr);
        reading.errors.on(at, LONG_BURST);
    }
}

/// A cost above the burst, which no wait would bring.
fn too_much(
    rate: &SpannedValue<Rate>,
    burst: Option<&SpannedValue<u32>>,
    cost: Option<&SpannedValue<Cost>>,
    reading: &mut Reading<'_>,
) {
    let (Some(rate), Some(cost)) = (rate.literal(), cost) else { return };
    let (Some(burst), Some(Cost(turns))) = (known_burst(rate, burst), cost.literal()) else {
        return;
    };
    if *turns > burst {
        reading.errors.on(
            &cost.expr,
            format!(
                "this cost of {turns} is above the burst of {burst}, so that every call would be \
                 rejected: write at most {burst}, or `burst = {turns}`"
            ),
        );
    }
}
