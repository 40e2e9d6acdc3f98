//! `#[rate_limit]`: its options, what they mean together, and how it wraps a call.

use darling::FromMeta;

use crate::attribute::{Attribute, Known, Positional};
use crate::gate::{Gate, waits};
use crate::keyed::Keys;
use crate::model::Layer;
use crate::options::{Positive, Rate, Written};
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
    let keyed = options.keys.read(reading);
    vec![reading.layer(Gate {
        function: "rate_limit",
        cannot_wait: "a plain function cannot wait for its turn: remove `max_wait`, or make the \
            function `async`",
        waits: waits(options.max_wait),
        keyed,
    })]
}
