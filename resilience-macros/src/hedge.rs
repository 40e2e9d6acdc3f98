//! `#[hedge]`: its options, and how it wraps a call.

use darling::FromMeta;
use proc_macro2::Span;
use quote::quote_spanned;
use syn::Expr;

use crate::attribute::{Attribute, Known, Positional};
use crate::judge::Judge;
use crate::model::{Layer, Meaning, Mode};
use crate::options::{Positive, Predicate, Written};
use crate::piece::{Piece, Site};
use crate::reading::Reading;

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "hedge",
    noun: "hedge",
    policy: "Hedge",
    config: "HedgeConfig",
    options: &[
        Known::construction("after", "\"50ms\""),
        Known::construction("max_attempts", "2"),
        Known::call("when_err", "|error| error.is_transient()"),
        Known::call("when_ok", "|value| value.is_stale()"),
        Known::call("when_rejected", "|rejection| true"),
    ],
    positional: Positional::Option("after"),
    likely: "max_attempts",
    read,
};

#[derive(Default, FromMeta)]
struct Options {
    after: Option<Written<Positive>>,
    max_attempts: Option<Written<u32>>,
    when_err: Option<Predicate>,
    when_ok: Option<Predicate>,
    when_rejected: Option<Predicate>,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { after, max_attempts, when_err, when_ok, when_rejected } = reading.options();
    reading.set(&after);
    reading.set(&max_attempts);
    if let Some(option) = max_attempts.as_ref().filter(|option| option.literal() == Some(&1)) {
        reading.errors.on(
            &option.expr,
            "`max_attempts` counts the first attempt, so one alone is no \
            hedge: write 2 or more",
        );
    }
    for predicate in [&when_err, &when_ok, &when_rejected] {
        reading.check(predicate);
    }
    let judge = Judge { when_err, when_ok, ignore_err: None, when_rejected };
    vec![reading.layer(Hedge { judge })]
}

struct Hedge {
    judge: Judge,
}

impl Meaning for Hedge {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        let Site { runtime, policy, span, mode, .. } = site;
        if *mode == Mode::Blocking {
            return inner;
        }
        let (inner, judge) = (inner.future(*span), self.judge.tokens(site));
        Piece::Future(quote_spanned!(*span=> #runtime::hedge(#policy, || #inner, #judge)))
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.judge.expressions()
    }

    fn refuses(&self) -> bool {
        false
    }

    fn reruns(&self) -> bool {
        true
    }

    fn overlaps(&self) -> bool {
        true
    }

    fn needs_async(&self) -> Option<(Option<Span>, &'static str)> {
        Some((
            None,
            "a plain function runs one attempt at a time: make it `async`, or use \
                     `#[retry]`",
        ))
    }
}
