//! `#[bulkhead]`: its options, what they mean together, and how it wraps a call.

use darling::FromMeta;
use proc_macro2::Span;
use syn::Expr;

use crate::attribute::{Attribute, Known, Positional};
use crate::keyed::{Keyed, Keys};
use crate::model::{Layer, Meaning};
use crate::options::{Positive, Written};
use crate::piece::{Piece, Site};
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
    let waits = options.max_wait.map(|option| option.key.span());
    let keyed = options.keys.read(reading);
    vec![reading.layer(Bulkhead { waits, keyed })]
}

struct Bulkhead {
    /// The option that makes calls wait.
    waits: Option<Span>,
    keyed: Option<Keyed>,
}

impl Meaning for Bulkhead {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        site.guard("bulkhead", inner, None)
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
            "a plain function cannot wait for a slot: remove `max_wait`, or make the function \
             `async`",
        ))
    }
}
