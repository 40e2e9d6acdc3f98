//! `#[rate_limit]`: its options, what they mean together, and how it wraps a call.

use crate::attribute::options::duration::Positive;
use crate::attribute::options::rate::Rate;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::model::Layer;
use crate::policies::admission::{AdmissionLayer, waits};
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
    call key: Key = "user_id";
    own max_keys: u32 = "10_000";
}

const NOT_ASYNC: &str = "a synchronous function cannot wait for its turn: remove `max_wait`, or make the function `async`";
const NO_RATE: &str = "a rate limit has no default rate: write one, `#[rate_limit(\"100/s\")]`, or use an instance, \
                       `#[rate_limit(SHARED)]`";

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { rate, max_wait, key, max_keys, .. } = Options::read(reading);
    if rate.is_none() && reading.is_complete() && reading.is_clean() {
        reading.errors.at(reading.span, NO_RATE);
    }
    let keyed = keyed(key, max_keys, reading);
    vec![reading.layer(AdmissionLayer { function: "rate_limit", waits: waits(max_wait), keyed })]
}
