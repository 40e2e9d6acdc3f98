//! `#[circuit_breaker]`: its options, what they mean together, and how it wraps a call.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::{Expr, Lit};

use crate::attribute::options::code::Callable;
use crate::attribute::options::duration::Positive;
use crate::attribute::options::ratio::Ratio;
use crate::attribute::options::value::{SpannedValue, Value, with_feature};
use crate::attribute::options::window::Window;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::diagnostics::Diagnostics;
use crate::grammar::{SLOW_RATE_ALONE, more_than_the_window, too_short};
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::keyed::Keyed;
use crate::layer::model::{Inspection, Layer, LayerExpansion};
use crate::layer::predicates::Predicates;
use crate::mode::Mode;
use crate::policies::keys::{Key, keyed};
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};
use crate::tokens::generated_span;

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "circuit_breaker",
    noun: "circuit breaker",
    policy: "CircuitBreaker",
    config: "CircuitBreakerConfig",
    options: OPTIONS,
    positional: Positional::None,
    likely: "consecutive_failures",
    misplaced: |_| None,
    effects: &[Effect::Rejects, Effect::Judges],
    blocking: Blocking::Works,
};

options! {
    set failure_rate: Ratio = "0.5";
    set min_calls: u32 = "5";
    set window: Window = "\"10s\"";
    set consecutive_failures: u32 = "5";
    set slow_call: Positive = "\"1s\"";
    set slow_rate: Ratio = "1.0";
    set open_for: Positive = "\"60s\"";
    set max_open_for: Positive = "\"10m\"";
    set half_open_calls: u32 = "1";
    set half_open_for: Positive = "\"60s\"";
    set trip_when: Callable<1> = "|counts| counts.failures > 10";
    set on_state_change: Callable<1> = "|change| println!(\"{change:?}\")";
    set critical: bool = "";
    set latency: bool = "";
    set shared: Quorum = "(quorum = 0.5)";
    call key: Key = "host";
    own max_keys: u32 = "10_000";
    call when_err: Callable<1> = "|error| error.is_transient()";
    call when_ok: Callable<1> = "|value| value.is_stale()";
    call ignore_err: Callable<1> = "|error| error.is_not_found()";
    call when_rejected: Callable<1> = "|rejection| true";
}

/// Which share of the replicas opens the circuit; the bare flag means half of them.
#[derive(Clone, Debug)]
struct Quorum(Ratio);

impl Value for Quorum {
    const CHECK: Option<&'static str> = Some("ratio");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match literal {
            Lit::Bool(flag) if flag.value => Ok(Self(Ratio(0.5))),
            Lit::Bool(_) => {
                Err("a circuit breaker is not shared unless it says so: remove `shared`".into())
            }
            _ => Ratio::read(literal, negative).map(Self),
        }
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        with_feature(&self.0.tokens(span, runtime), span, runtime)
    }

    fn checked(expr: &Expr, runtime: &TokenStream) -> TokenStream {
        with_feature(&Ratio::checked(expr, runtime), generated_span(expr.span()), runtime)
    }
}

/// The runtime's default, which `max_open_for` is held against.
const OPEN_FOR: Duration = Duration::from_secs(60);

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let mut options = Options::read(reading);
    options.contradictions(reading.is_complete(), reading.errors);
    if let (Some(shared), Some(_)) = (&options.shared, &options.key) {
        reading.errors.at(shared.key.span(), SHARED_KEYS);
    }
    let shared = options.shared.as_ref().map(|option| option.key.span());
    let keyed = keyed(options.key.take(), options.max_keys.take(), reading);
    vec![reading.layer(CircuitBreaker { predicates: options.predicates(), shared, keyed })]
}

impl Options {
    fn contradictions(&self, complete: bool, errors: &mut Diagnostics) {
        self.more_calls_than_the_window_holds(errors);
        self.shrinking_open_period(complete, errors);
        if let Some(option) =
            self.slow_rate.as_ref().filter(|_| complete && self.slow_call.is_none())
        {
            errors.at(option.key.span(), SLOW_RATE_ALONE);
        }
    }

    fn more_calls_than_the_window_holds(&self, errors: &mut Diagnostics) {
        let Some(&Window::Calls(window)) = self.window.as_ref().and_then(SpannedValue::literal)
        else {
            return;
        };
        let Some(option) = &self.min_calls else { return };
        if option.literal().is_some_and(|&min_calls| min_calls > window) {
            errors.at(option.key.span(), more_than_the_window(window));
        }
    }

    fn shrinking_open_period(&self, complete: bool, errors: &mut Diagnostics) {
        let default = complete.then_some(Positive(OPEN_FOR));
        let open_for = match &self.open_for {
            Some(option) => option.literal().copied(),
            None => default,
        };
        let (Some(Positive(open_for)), Some(option)) = (open_for, &self.max_open_for) else {
            return;
        };
        if option.literal().is_some_and(|max| max.0 < open_for) {
            errors.at(option.key.span(), too_short("max_open_for", "open_for", open_for));
        }
    }

    fn predicates(self) -> Predicates {
        Predicates {
            when_err: self.when_err,
            when_ok: self.when_ok,
            ignore_err: self.ignore_err,
            when_rejected: self.when_rejected,
        }
    }
}

const SHARED_KEYS: &str =
    "replicas share opinions about one dependency, not about each key's: remove `shared`, or `key`";

struct CircuitBreaker {
    predicates: Predicates,
    shared: Option<Span>,
    keyed: Option<Keyed>,
}

impl LayerExpansion for CircuitBreaker {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        if context.mode == Mode::Async && self.predicates.expressions().is_empty() {
            return context.guard("circuit_breaker_by_default", inner, Some(context.inspector()));
        }
        let predicates = self.predicates.tokens(context);
        context.guard("circuit_breaker", inner, Some(predicates))
    }

    fn inspection(&self) -> Inspection {
        Inspection::Passed
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.predicates.expressions()
    }

    fn shared(&self) -> Option<Span> {
        self.shared
    }

    fn keyed(&self) -> Option<&Keyed> {
        self.keyed.as_ref()
    }
}
