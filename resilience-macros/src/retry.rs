//! `#[retry]`: its options, what they mean together, and how it wraps a call.

use std::time::Duration;

use darling::FromMeta;
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Expr;

use crate::attribute::{Attribute, Known, Positional};
use crate::backoff::{Backoff, growth, scaled};
use crate::diagnostics::Diagnostics;
use crate::judge::Judge;
use crate::model::{Layer, Meaning, Mode};
use crate::options::{Choice, Factor, Function, Positive, Predicate, Ratio, Words, Written};
use crate::piece::{Piece, Site};
use crate::reading::Reading;

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "retry",
    noun: "retry",
    policy: "Retry",
    config: "RetryConfig",
    options: &[
        Known::construction("attempts", "3"),
        Known::construction("delay", "\"100ms\""),
        Known::construction("backoff", "exponential"),
        Known::construction("factor", "2.0"),
        Known::construction("max_delay", "\"10s\""),
        Known::construction("jitter", "full"),
        Known::construction("max_elapsed", "\"30s\""),
        Known::construction("budget", "0.2"),
        Known::construction("budget_burst", "10"),
        Known::construction("on_retry", "|event| println!(\"{event:?}\")"),
        Known::call("when_err", "|error| error.is_transient()"),
        Known::call("when_ok", "|value| value.is_pending()"),
        Known::call("when_rejected", "|rejection| true"),
        Known::call("retry_after", "|error| error.retry_after()"),
    ],
    positional: Positional::None,
    likely: "attempts",
    read,
};

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

#[derive(Default, FromMeta)]
struct Options {
    attempts: Option<Written<u32>>,
    delay: Option<Written<Duration>>,
    backoff: Option<Written<Choice<Backoff>>>,
    factor: Option<Written<Factor>>,
    max_delay: Option<Written<Positive>>,
    jitter: Option<Written<Choice<Jitter>>>,
    max_elapsed: Option<Written<Positive>>,
    budget: Option<Written<Ratio>>,
    budget_burst: Option<Written<u32>>,
    on_retry: Option<Written<Function<1>>>,
    when_err: Option<Predicate>,
    when_ok: Option<Predicate>,
    when_rejected: Option<Predicate>,
    retry_after: Option<Predicate>,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options: Options = reading.options();
    let complete = reading.is_complete();
    options.set(reading);
    options.contradictions(complete, reading.errors);
    let meaning = options.meaning(complete);
    vec![reading.layer(meaning)]
}

impl Options {
    fn set(&self, reading: &mut Reading<'_>) {
        reading.set(&self.attempts);
        reading.set(&self.delay);
        reading.set(&self.backoff);
        reading.set(&self.factor);
        reading.set(&self.max_delay);
        reading.set(&self.jitter);
        reading.set(&self.max_elapsed);
        reading.set(&self.budget);
        reading.set(&self.budget_burst);
        reading.set(&self.on_retry);
        for predicate in [&self.when_err, &self.when_ok, &self.when_rejected, &self.retry_after] {
            reading.check(predicate);
        }
    }

    fn contradictions(&self, complete: bool, errors: &mut Diagnostics) {
        if let (Some(option), Some(Choice { value, .. })) = (&self.factor, self.backoff())
            && value != Backoff::Exponential
        {
            errors.at(
                option.key.span(),
                "only an exponential back-off has a factor: remove \
                `factor`, or write `backoff = exponential`",
            );
        }
        if let (Some(option), Some(delay)) = (&self.max_delay, self.delay(complete))
            && option.literal().is_some_and(|max| max.0 < delay)
        {
            errors.at(
                option.key.span(),
                format!(
                    "`max_delay` is shorter than `delay`, {delay:?}: write at least \"{delay:?}\""
                ),
            );
        }
        if let Some(option) =
            self.budget_burst.as_ref().filter(|_| complete && self.budget.is_none())
        {
            errors.at(
                option.key.span(),
                "`budget_burst` needs `budget`, which fills it: add `budget = 0.2`",
            );
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

    fn meaning(self, complete: bool) -> Retry {
        let pauses = self.pauses(complete);
        let judge = Judge {
            when_err: self.when_err,
            when_ok: self.when_ok,
            ignore_err: None,
            when_rejected: self.when_rejected,
        };
        Retry { judge, hint: self.retry_after.map(|option| option.expr), pauses }
    }
}

/// A literal's value; or the default's, where no config brings another.
fn known<T: crate::options::Value + Copy>(
    option: Option<&Written<T>>,
    complete: bool,
    default: T,
) -> Option<T> {
    match option {
        Some(option) => option.literal().copied(),
        None => complete.then_some(default),
    }
}

struct Retry {
    judge: Judge,
    hint: Option<Expr>,
    pauses: Option<Vec<Duration>>,
}

impl Retry {
    /// What ends an attempt, and how long to pause before the next.
    fn settle(&self, site: &Site<'_>) -> TokenStream {
        let (policy, span) = (&site.policy, site.span);
        let judge = self.judge.tokens(site);
        let Some(hint) = &self.hint else {
            return quote_spanned!(span=> settle(#policy, #judge));
        };
        quote_spanned!(span=> settle_with_hint(#policy, #judge, #hint))
    }
}

impl Meaning for Retry {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        let Site { runtime, policy, span, mode, .. } = site;
        let span = *span;
        let (attempt, pause) = match mode {
            Mode::Async => {
                let inner = inner.future(span);
                let attempt = quote_spanned!(span=> #runtime::attempt(attempts, #inner).await);
                (attempt, quote_spanned!(span=> pause.await))
            }
            Mode::Blocking => {
                let inner = inner.outcome(span);
                let attempt =
                    quote_spanned!(span=> #runtime::blocking::attempt(attempts, || #inner));
                (attempt, quote_spanned!(span=> #runtime::blocking::pause(#policy, pause)))
            }
        };
        let settle = self.settle(site);
        // The inner block ends before any sleep: an outcome that isn't `Send` then harms nobody.
        Piece::Outcome(quote_spanned! {span=> {
            let mut attempts = #runtime::begin(#policy);
            loop {
                let pause = {
                    let tried = #attempt;
                    match tried.#settle {
                        #runtime::Break(outcome) => break outcome,
                        #runtime::Continue(pause) => pause,
                    }
                };
                attempts = #pause;
            }
        }})
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.judge.expressions().into_iter().chain(&self.hint).collect()
    }

    fn refuses(&self) -> bool {
        false
    }

    fn reruns(&self) -> bool {
        true
    }

    fn pauses(&self) -> Option<Vec<Duration>> {
        self.pauses.clone()
    }
}
