//! `#[timeout]`: its option, and how it wraps a call.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::options::code::looks_constant;
use crate::attribute::options::duration::Positive;
use crate::attribute::options::value::{SpannedValue, transparent};
use crate::attribute::{Attribute, Blocking, Effect, Positional, Target};
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::model::{Inspection, KnownValue, Layer, LayerExpansion};
use crate::mode::Mode;
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};
use crate::tokens::compact;

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "timeout",
    noun: "timeout",
    policy: "Timeout",
    config: "TimeoutConfig",
    options: OPTIONS,
    positional: Positional::Option("after"),
    likely: "after",
    misplaced: |_| None,
    effects: &[Effect::Rejects, Effect::Repeats],
    blocking: Blocking::Never(NOT_ASYNC),
};

options! {
    late after: Positive = "\"2s\"";
}

const NOT_ASYNC: &str = "a synchronous function cannot be timed out: make it `async`, or give its calls a limit of \
                         their own, as sockets have";

/// The runtime's default.
const AFTER: Duration = Duration::from_secs(30);

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { after } = Options::read(reading);
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
fn is_computed(option: &SpannedValue<Positive>, reading: &Reading<'_>) -> bool {
    let constant =
        looks_constant(&option.expr) && reading.scope.foreign_to_static(&option.expr).is_none();
    reading.target == Target::Function
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
            compact(&instance.to_token_stream())
        );
        let span = instance.clone();
        reading.errors.on(span, text);
    }
}

struct Timeout {
    limit: Option<(Duration, Option<Span>)>,
    /// An expression for the limit, evaluated at each call, before the body: it borrows nothing that the body takes.
    computed: Option<Expr>,
}

impl LayerExpansion for Timeout {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        let WrapContext { runtime, binding, span, .. } = context;
        let (span, place) = (*span, context.place());
        if context.mode == Mode::Blocking {
            return inner;
        }
        let after = self.computed.as_ref().map(|_| quote_spanned!(span=> , #binding));
        // Steps under a limit point at it. Where the body is pointed at, too, that costs nothing.
        let inner = match inner {
            CallTokens::Attempts(attempts, inner) if inner.place.is_some() => {
                let total = named("total", after.is_some(), span);
                let total = quote_spanned!(span=> #runtime::#total(#place #after));
                return CallTokens::Outcome(attempts.outcome_within(inner, &total));
            }
            inner => inner,
        };
        let timeout = named("timeout", after.is_some(), span);
        CallTokens::Future(
            inner
                .future(span)
                .around(|inner| quote_spanned!(span=> #runtime::#timeout(#place #after, #inner))),
        )
    }

    fn evaluated_before(&self) -> Option<&Expr> {
        self.computed.as_ref()
    }

    fn prepare(&self, context: &WrapContext<'_>) -> TokenStream {
        let Some(after) = &self.computed else { return TokenStream::new() };
        let WrapContext { runtime, binding, span, .. } = context;
        quote_spanned!(*span=> let #binding: #runtime::Duration = #after;)
    }

    fn inspection(&self) -> Inspection {
        Inspection::Passed
    }

    fn is_open_ended(&self) -> bool {
        self.computed.is_some()
    }

    fn limit(&self) -> Option<KnownValue<Duration>> {
        self.limit.map(|(value, at)| KnownValue { value, at })
    }
}

/// The function of this name, or its twin for a limit that the call brings.
fn named(function: &str, is_computed: bool, span: Span) -> Ident {
    let suffix = if is_computed { "_after" } else { "" };
    format_ident!("{function}{suffix}", span = span)
}
