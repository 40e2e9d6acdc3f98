//! `#[rate_limit]`: its options, what they mean together, and how it wraps a call.

use proc_macro2::{Span, TokenStream};
use syn::Lit;

use crate::attribute::options::duration::Positive;
use crate::attribute::options::rate::Rate;
use crate::attribute::options::value::{SpannedValue, Value};
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::model::Layer;
use crate::policies::admission::{AdmissionLayer, Argument, waits};
use crate::policies::keys::{Key, keyed};
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};

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
    call cost: Cost = "rows.len()";
    call key: Key = "user_id";
    own max_keys: u32 = "10_000";
}

const NOT_ASYNC: &str = "a synchronous function cannot wait for its turn: remove `max_wait`, or make the function `async`";
const NO_RATE: &str = "a rate limit has no default rate: write one, `#[rate_limit(\"100/s\")]`, or use an instance, \
                       `#[rate_limit(SHARED)]`";
const TOO_LONG: &str = "at this rate the burst takes more than 18 years to come back, which is more than the clock \
                        holds: write a shorter period (`\"100/h\"`) or a smaller `burst`";

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
    let Options { rate, burst, max_wait, cost, key, max_keys } = Options::read(reading);
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
    let layer = AdmissionLayer { function: "rate_limit", argument, waits: waits(max_wait), keyed };
    vec![reading.layer(layer)]
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
        reading.errors.on(at, TOO_LONG);
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
