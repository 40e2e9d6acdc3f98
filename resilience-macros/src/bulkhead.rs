//! `#[bulkhead]`: its options, what they mean together, and how it wraps a call.

use darling::FromMeta;

use crate::attribute::{Attribute, Known, Positional};
use crate::gate::{Gate, waits};
use crate::keyed::Keys;
use crate::model::Layer;
use crate::options::{Positive, Written};
use crate::reading::Reading;

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "bulkhead",
    noun: "bulkhead",
    policy: "Bulkhead",
    config: "BulkheadConfig",
    options: &[
        Known::construction("max_concurrent", "25"),
        Known::construction("max_wait", "\"100ms\""),
        Known::construction("max_queue", "50"),
        Known::call("key", "tenant"),
        Known::construction("max_keys", "10_000"),
    ],
    positional: Positional::None,
    likely: "max_concurrent",
    read,
};

#[derive(Default, FromMeta)]
#[allow(clippy::struct_field_names, reason = "the fields are called like the options")]
struct Options {
    max_concurrent: Option<Written<u32>>,
    max_wait: Option<Written<Positive>>,
    max_queue: Option<Written<u32>>,
    #[darling(flatten)]
    keys: Keys,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options: Options = reading.options();
    reading.set(&options.max_concurrent);
    reading.set(&options.max_wait);
    reading.set(&options.max_queue);
    if let (Some(queue), None, true) =
        (&options.max_queue, &options.max_wait, reading.is_complete())
    {
        reading.errors.at(
            queue.key.span(),
            "without `max_wait` nobody waits, so there is no queue to limit: add `max_wait = \
             \"100ms\"`",
        );
    }
    let keyed = options.keys.read(reading);
    vec![reading.layer(Gate {
        function: "bulkhead",
        cannot_wait: "a plain function cannot wait for a slot: remove `max_wait`, or make the \
            function `async`",
        waits: waits(options.max_wait),
        keyed,
    })]
}
