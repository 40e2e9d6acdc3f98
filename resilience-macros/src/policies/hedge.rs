//! `#[hedge]`: its options, and how it wraps a call.

use quote::quote_spanned;
use syn::Expr;

use crate::attribute::options::code::Callable;
use crate::attribute::options::duration::Positive;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::grammar::ONE_ATTEMPT;
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::model::{Layer, LayerExpansion};
use crate::layer::predicates::Predicates;
use crate::mode::Mode;
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "hedge",
    noun: "hedge",
    policy: "Hedge",
    config: "HedgeConfig",
    options: OPTIONS,
    positional: Positional::Option("after"),
    likely: "max_attempts",
    misplaced: |_| None,
    effects: &[Effect::Reruns, Effect::Overlaps, Effect::Judges],
    blocking: Blocking::Never(NOT_ASYNC),
};

options! {
    set after: Positive = "\"50ms\"";
    set max_attempts: u32 = "2";
    call when_err: Callable<1> = "|error| error.is_transient()";
    call when_ok: Callable<1> = "|value| value.is_stale()";
    call when_rejected: Callable<1> = "|rejection| true";
}

const NOT_ASYNC: &str =
    "a synchronous function runs one attempt at a time: make it `async`, or use `#[retry]`";

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { max_attempts, when_err, when_ok, when_rejected, .. } = Options::read(reading);
    if let Some(option) = max_attempts.filter(|option| option.literal() == Some(&1)) {
        reading.errors.on(&option.expr, ONE_ATTEMPT);
    }
    let predicates = Predicates { when_err, when_ok, ignore_err: None, when_rejected };
    vec![reading.layer(Hedge { predicates })]
}

struct Hedge {
    predicates: Predicates,
}

impl LayerExpansion for Hedge {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        let WrapContext { runtime, policy, span, mode, .. } = context;
        if *mode == Mode::Blocking {
            return inner;
        }
        let predicates = self.predicates.tokens(context);
        CallTokens::Future(inner.future(*span).around(
            |inner| quote_spanned!(*span=> #runtime::hedge(#policy, || #inner, #predicates)),
        ))
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.predicates.expressions()
    }
}
