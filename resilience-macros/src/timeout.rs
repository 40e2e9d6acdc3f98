//! `#[timeout]`: its option, and how it wraps a call.

use std::time::Duration;

use darling::FromMeta;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::{Attribute, Known, Positional};
use crate::model::{self, Layer, Meaning, Mode};
use crate::options::{Positive, Written, looks_constant, transparent};
use crate::piece::{Piece, Site};
use crate::reading::{Place, Reading};

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "timeout",
    noun: "timeout",
    policy: "Timeout",
    config: "TimeoutConfig",
    options: &[Known::late("after", "\"2s\"")],
    positional: Positional::Option("after"),
    likely: "after",
    read,
};

/// The runtime's default.
const AFTER: Duration = Duration::from_secs(30);

#[derive(Default, FromMeta)]
struct Options {
    after: Option<Written<Positive>>,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { after } = reading.options();
    duration_as_instance(reading);
    let limit = match &after {
        Some(option) => option.literal().map(|limit| (limit.0, Some(option.expr.span()))),
        None => reading.is_complete().then_some((AFTER, None)),
    };
    let (built, computed) = match after {
        Some(option) if is_computed(&option, reading) => (None, Some(option.expr)),
        option => (option, None),
    };
    reading.set(&built);
    vec![reading.layer(Timeout { limit, computed })]
}

/// A literal or an evident constant becomes part of the instance; anything else is computed at each call.
fn is_computed(option: &Written<Positive>, reading: &Reading<'_>) -> bool {
    let constant =
        looks_constant(&option.expr) && reading.scope.foreign_to_static(&option.expr).is_none();
    reading.place == Place::Function
        && option.literal().is_none()
        && option.error().is_none()
        && !constant
}

/// `#[timeout(Duration::from_secs(2))]` means a limit, not an instance.
fn duration_as_instance(reading: &mut Reading<'_>) {
    let Some(instance) = reading.instance() else { return };
    let Expr::Call(call) = transparent(instance) else { return };
    let Expr::Path(path) = transparent(&call.func) else { return };
    if path.path.segments.iter().any(|segment| segment.ident == "Duration") {
        let text = format!(
            "a limit that isn't a literal is written by name: `after = {}`",
            crate::form::compact(instance)
        );
        let span = instance.clone();
        reading.errors.on(span, text);
    }
}

struct Timeout {
    limit: Option<(Duration, Option<Span>)>,
    /// An expression for the limit, evaluated at each call.
    computed: Option<Expr>,
}

impl Meaning for Timeout {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        if self.computed.is_none() || site.mode == Mode::Blocking {
            return site.guard("timeout", inner, None);
        }
        let Site { runtime, binding, span, .. } = site;
        let (place, inner) = (site.place(), inner.future(*span));
        Piece::Future(quote_spanned!(*span=> #runtime::timeout_after(#place, #binding, #inner)))
    }

    fn prepare(&self, site: &Site<'_>) -> TokenStream {
        let Some(after) = &self.computed else { return TokenStream::new() };
        let Site { runtime, binding, span, .. } = site;
        quote_spanned!(*span=> let #binding: #runtime::Duration = #after;)
    }

    /// The limit is computed before the body, and borrows nothing that the body takes.
    fn expressions(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn repeats(&self) -> bool {
        true
    }

    fn needs_async(&self) -> Option<(Option<Span>, &'static str)> {
        Some((
            None,
            "a plain function cannot be cut off: make it `async`, or give its calls a limit of \
             their own, as sockets have",
        ))
    }

    fn limit(&self) -> Option<model::Known<Duration>> {
        self.limit.map(|(value, at)| model::Known { value, at })
    }
}
