//! `#[bulkhead]`: its options, what they mean together, and how it wraps a call.

use crate::attribute::options::duration::Positive;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::model::Layer;
use crate::policies::admission::{AdmissionLayer, waits};
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
    call key: Key = "tenant";
    own max_keys: u32 = "10_000";
}

const NOT_ASYNC: &str = "a synchronous function cannot wait for a slot: remove `max_wait`, or make the function `async`";
const NO_QUEUE: &str =
    "without `max_wait` no call waits, so there is no queue to limit: add `max_wait = \"100ms\"`";

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { max_wait, max_queue, key, max_keys, .. } = Options::read(reading);
    if let (Some(queue), None, true) = (&max_queue, &max_wait, reading.is_complete()) {
        reading.errors.at(queue.key.span(), NO_QUEUE);
    }
    let keyed = keyed(key, max_keys, reading);
    vec![reading.layer(AdmissionLayer {
        function: "bulkhead",
        argument: None,
        waits: waits(max_wait),
        keyed,
    })]
}
