//! Where the body of a stack lies: in the function, or in the layers around it.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::attribute::Effect;
use crate::layer::model::{Layer, Stack};
use crate::tokens::generated_span;

/// The body's own place in the function, and what refers to it.
pub(crate) fn placed(
    block: TokenStream,
    is_in_place: bool,
    runtime: &TokenStream,
) -> (Option<TokenStream>, TokenStream) {
    if !is_in_place {
        return (None, block);
    }
    let span = generated_span(Span::call_site());
    let place = quote_spanned! {span=>
        let __resilience_place = #runtime::pin!(#runtime::slot(#block));
    };
    (Some(place), quote_spanned!(span=> #runtime::pinned(__resilience_place)))
}

/// Whether the body has a place of its own, apart from the layers: then each layer around it is neither one more for
/// the compiler to look through, nor for unoptimised code to move the body into. But nothing that points into itself
/// stays in registers. So layers by hand hold a body that points at nothing else; those of a standard pipeline, which
/// are many and stand on many functions, don't. A hedge holds the bodies that it makes.
pub(crate) fn is_in_place(owns: bool, stack: &Stack) -> bool {
    let layers = &stack.layers;
    let overlaps = |layer: &Layer| layer.attribute.has(Effect::Overlaps);
    (!owns || layers.iter().any(is_of_pipeline)) && !layers.iter().any(overlaps)
}

/// A part of a standard pipeline, or a whole one that is shared.
fn is_of_pipeline(layer: &Layer) -> bool {
    layer.part().is_some() || layer.attribute.name == "resilient"
}
