//! `#[retry]`: its options, what they mean together, and how it wraps a call.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::options::choice::{Choice, Words};
use crate::attribute::options::code::Callable;
use crate::attribute::options::duration::Positive;
use crate::attribute::options::ratio::{Factor, Ratio};
use crate::attribute::options::value::{SpannedValue, Value};
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::diagnostics::Diagnostics;
use crate::grammar::{BUDGET_BURST_ALONE, FACTOR_ALONE, too_short};
use crate::layer::attempts::Attempts;
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::model::{Inspection, Layer, LayerExpansion};
use crate::layer::predicates::Predicates;
use crate::mode::Mode;
use crate::policies::backoff::{Backoff, growth, scaled};
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};
use crate::tokens::{generated_span, quiet_underscores};

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "retry",
    noun: "retry",
    policy: "Retry",
    config: "RetryConfig",
    options: OPTIONS,
    positional: Positional::None,
    likely: "attempts",
    misplaced: |_| None,
    effects: &[Effect::Reruns, Effect::Judges],
    blocking: Blocking::Works,
};

options! {
    set attempts: u32 = "3";
    set delay: Duration = "\"100ms\"";
    set backoff: Choice<Backoff> = "exponential";
    set factor: Factor = "2.0";
    set max_delay: Positive = "\"10s\"";
    set jitter: Choice<Jitter> = "full";
    set max_retry_after: Duration = "\"60s\"";
    set max_elapsed: Positive = "\"30s\"";
    set budget: Ratio = "0.2";
    set budget_burst: u32 = "10";
    set on_retry: Callable<1> = "|event| println!(\"{event:?}\")";
    call when_err: Callable<1> = "|error| error.is_transient()";
    call when_ok: Callable<1> = "|value| value.is_pending()";
    call when_rejected: Callable<1> = "|rejection| true";
    call retry_after: Callable<1> = "|error| error.retry_after()";
}

/// The runtime's defaults, which other options are held against.
const ATTEMPTS: u32 = 3;
const DELAY: Duration = Duration::from_millis(100);
const FACTOR: f64 = 2.0;
const MAX_DELAY: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Jitter;

impl Words for Jitter {
    const TYPE: &'static str = "Jitter";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("full", Self, "Full"),
        ("equal", Self, "Equal"),
        ("decorrelated", Self, "Decorrelated"),
        ("none", Self, "None"),
    ];
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options = Options::read(reading);
    let complete = reading.is_complete();
    options.contradictions(complete, reading.errors);
    vec![reading.layer(options.retry(complete))]
}

impl Options {
    fn contradictions(&self, complete: bool, errors: &mut Diagnostics) {
        if let (Some(option), Some(Choice { value, .. })) = (&self.factor, self.backoff())
            && value != Backoff::Exponential
        {
            errors.at(option.key.span(), FACTOR_ALONE);
        }
        if let (Some(option), Some(delay)) = (&self.max_delay, self.delay(complete))
            && option.literal().is_some_and(|max| max.0 < delay)
        {
            errors.at(option.key.span(), too_short("max_delay", "delay", delay));
        }
        if let Some(option) =
            self.budget_burst.as_ref().filter(|_| complete && self.budget.is_none())
        {
            errors.at(option.key.span(), BUDGET_BURST_ALONE);
        }
    }

    fn backoff(&self) -> Option<Choice<Backoff>> {
        self.backoff.as_ref()?.literal().copied()
    }

    fn delay(&self, complete: bool) -> Option<Duration> {
        known(self.delay.as_ref(), complete, DELAY)
    }

    /// The pauses, jitter left out, where all that they depend on is known.
    fn pauses(&self, complete: bool) -> Option<Vec<Duration>> {
        let attempts = known(self.attempts.as_ref(), complete, ATTEMPTS)?;
        let delay = self.delay(complete)?;
        let factor = known(self.factor.as_ref(), complete, Factor(FACTOR))?;
        let longest = known(self.max_delay.as_ref(), complete, Positive(MAX_DELAY.max(delay)))?;
        let backoff = match &self.backoff {
            Some(option) => option.literal()?.value,
            None => Backoff::Exponential,
        };
        let steps = growth(backoff, factor.0).take(attempts.min(1000) as usize - 1);
        Some(steps.map(|step| scaled(delay, step).min(longest.0)).collect())
    }

    fn retry(self, complete: bool) -> Retry {
        let pauses = self.pauses(complete);
        let predicates = Predicates {
            when_err: self.when_err,
            when_ok: self.when_ok,
            ignore_err: None,
            when_rejected: self.when_rejected,
        };
        Retry { predicates, hint: self.retry_after.map(|option| option.expr), pauses }
    }
}

/// A literal's value; or the default's, where no config brings another.
fn known<T: Value + Copy>(
    option: Option<&SpannedValue<T>>,
    complete: bool,
    default: T,
) -> Option<T> {
    match option {
        Some(option) => option.literal().copied(),
        None => complete.then_some(default),
    }
}

struct Retry {
    predicates: Predicates,
    hint: Option<Expr>,
    pauses: Option<Vec<Duration>>,
}

impl Retry {
    /// What ends an attempt, and how long to pause before the next.
    fn settle(&self, context: &WrapContext<'_>) -> TokenStream {
        // Named at the type, where the compiler reports one that is no `Result`.
        let (policy, span) = (&context.policy, generated_span(context.output.span()));
        if self.hint.is_none() && self.predicates.expressions().is_empty() {
            let inspector = context.inspector();
            return quote_spanned!(span=> settle_by_default(#policy, #inspector));
        }
        let predicates = self.predicates.tokens(context);
        let Some(hint) = &self.hint else {
            return quote_spanned!(span=> settle(#policy, #predicates));
        };
        quote_spanned!(span=> settle_with_hint(#policy, #predicates, #hint))
    }
}

impl LayerExpansion for Retry {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        let WrapContext { runtime, policy, span, mode, rebound, .. } = context;
        let quiet = rebound.iter().map(|name| quiet_underscores(&[*name]));
        let bound = context.bound_inspector();
        let attempts = Attempts {
            runtime: runtime.to_token_stream(),
            first: quote_spanned!(*span=> #(#quiet let #rebound = #rebound;)* #bound),
            policy: policy.clone(),
            settle: self.settle(context),
            span: *span,
        };
        match mode {
            Mode::Async => CallTokens::Attempts(attempts, inner.future(*span)),
            Mode::Blocking => CallTokens::Outcome(attempts.outcome_blocking(&inner.outcome(*span))),
        }
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.predicates.expressions().into_iter().chain(&self.hint).collect()
    }

    fn inspection(&self) -> Inspection {
        Inspection::Bound
    }

    fn pauses(&self) -> Option<Vec<Duration>> {
        self.pauses.clone()
    }
}
