//! `#[bulkhead]`: its options, what they mean together, and how it wraps a call.

use proc_macro2::{Span, TokenStream};
use syn::Lit;

use crate::attribute::options::duration::Positive;
use crate::attribute::options::shares::Shares;
use crate::attribute::options::value::Value;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::model::Layer;
use crate::policies::admission::{AdmissionLayer, Argument, waits};
use crate::policies::keys::{Key, keyed};
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "bulkhead",
    noun: "bulkhead",
    policy: "Bulkhead",
    config: "BulkheadConfig",
    options: OPTIONS,
    positional: Positional::None,
    likely: "max_concurrent",
    misplaced: |_| None,
    effects: &[Effect::Rejects],
    blocking: Blocking::WaitsNot(NOT_ASYNC),
};

options! {
    set max_concurrent: u32 = "25";
    set max_wait: Positive = "\"100ms\"";
    set max_queue: u32 = "50";
    set shares: Shares = "[0.7, 0.85, 1.0, 1.0]";
    call priority: Importance = "Priority::Sheddable";
    call key: Key = "tenant";
    own max_keys: u32 = "10_000";
}

const NO_PRIORITY: &str = "a priority is an expression: write one like `Priority::Sheddable`";
const NOT_ASYNC: &str = "a synchronous function cannot wait for a slot: remove `max_wait`, or make the function `async`";
const NO_QUEUE: &str =
    "without `max_wait` no call waits, so there is no queue to limit: add `max_wait = \"100ms\"`";

/// An expression of the call, which only the compiler can check.
#[derive(Debug)]
enum Importance {}

impl Value for Importance {
    const CHECK: Option<&'static str> = None;

    fn read(_: &Lit, _: bool) -> Result<Self, String> {
        Err(NO_PRIORITY.into())
    }

    fn tokens(&self, _: Span, _: &TokenStream) -> TokenStream {
        match *self {}
    }
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { max_wait, max_queue, priority, key, max_keys, .. } = Options::read(reading);
    if let (Some(queue), None, true) = (&max_queue, &max_wait, reading.is_complete()) {
        reading.errors.at(queue.key.span(), NO_QUEUE);
    }
    let argument = priority.map(|priority| Argument {
        expr: priority.expr,
        convert: "priority",
        function: "bulkhead_priority",
    });
    let keyed = keyed(key, max_keys, reading);
    let waits = waits(max_wait);
    let layer = AdmissionLayer { function: "bulkhead", argument, waits, shared: None, keyed };
    vec![reading.layer(layer)]
}
